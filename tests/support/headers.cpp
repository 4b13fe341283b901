// headers.hpp is compiled with this, and used by the others.
#include "tests/support/headers.hpp"
