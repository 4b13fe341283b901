#pragma once
// Chances and their logarithms of odds. Own series and not the C library's functions: those round
// differently from one processor to the next, and the shipped defaults must come out the same bit
// for bit wherever they are learned (docs/adr/0011-forecast.md). Pure functions.

namespace samovar::scheduler {

// No estimate claims to know more: what never happened in a day of minutes may happen.
inline constexpr double kLeastChance = 1e-6;

// Natural logarithm of a positive, finite number. Relative error below 1e-12.
double natural_log(double x) noexcept;
double binary_log(double x) noexcept;
// e to the power of x; x is clamped to +-700. Relative error below 1e-11.
double exponential(double x) noexcept;

// ln(chance / (1 - chance)), of a chance clamped to [kLeastChance, 1 - kLeastChance].
double stretch(double chance) noexcept;
// The inverse: 1 / (1 + exp(-x)), clamped likewise.
double squash(double x) noexcept;

}  // namespace samovar::scheduler
