// What others say of two thousand random entries and instants: see make_cron_tables.py.

#include <gmock/gmock.h>

#include <fstream>

#include "stamps.hpp"

namespace samovar::scheduler {
namespace {

using stamps::fires;

void agree_with(const std::string& table, std::size_t rows) {
    std::ifstream file(SAMOVAR_TEST_DATA "/cron/" + table);
    std::string entry, after, expected;
    std::size_t read = 0;
    while (std::getline(file, entry, '\t') && std::getline(file, after, '\t') &&
           std::getline(file, expected)) {
        EXPECT_EQ(fires(entry, after).front(), expected) << entry << " after " << after;
        ++read;
    }
    EXPECT_EQ(read, rows);
}

TEST(Cron, AgreesWithCroniter) {
    agree_with("croniter.tsv", 1500);
}

TEST(Cron, AgreesWithSystemd) {
    agree_with("systemd.tsv", 500);
}

}  // namespace
}  // namespace samovar::scheduler
