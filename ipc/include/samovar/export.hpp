#pragma once
// What libsamovar.so shows; all else is compiled hidden.

#define SAMOVAR_EXPORT __attribute__((visibility("default")))
