// Lines of the log as entries of the journal.

#include "daemon/service/journal.hpp"

#include <gmock/gmock.h>

namespace samovar::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(AnEntry, of_a_model_names_it) {
    EXPECT_THAT(journal_fields("model selfie version 3: hot"),
                ElementsAre(Pair("SAMOVAR_MODEL", "selfie")));
    EXPECT_THAT(journal_fields("model selfie: rejected: no such file"),
                ElementsAre(Pair("SAMOVAR_MODEL", "selfie")));
}

TEST(AnEntry, of_a_worker_names_it_and_its_process) {
    EXPECT_THAT(journal_fields("worker cuda:0 pid 17: started"),
                ElementsAre(Pair("SAMOVAR_WORKER", "cuda:0"), Pair("SAMOVAR_WORKER_PID", "17")));
}

TEST(AnEntry, of_a_session_names_its_peer) {
    EXPECT_THAT(journal_fields("session 3 uid=1000 pid=4711 samovar run: not a hello"),
                ElementsAre(Pair("SAMOVAR_SESSION", "3"), Pair("SAMOVAR_UID", "1000"),
                            Pair("SAMOVAR_PID", "4711"), Pair("SAMOVAR_CLIENT", "samovar run")));
}

TEST(AnEntry, does_not_believe_a_client_that_calls_itself_a_uid) {
    EXPECT_THAT(journal_fields("session 3 uid=1000 pid=4711 uid=0: not a hello"),
                ElementsAre(Pair("SAMOVAR_SESSION", "3"), Pair("SAMOVAR_UID", "1000"),
                            Pair("SAMOVAR_PID", "4711"), Pair("SAMOVAR_CLIENT", "uid=0")));
}

TEST(AnEntry, does_not_believe_a_client_that_calls_itself_a_model) {
    EXPECT_THAT(journal_fields("session 3 uid=1000 pid=4711 model=add: not a hello"),
                ElementsAre(Pair("SAMOVAR_SESSION", "3"), Pair("SAMOVAR_UID", "1000"),
                            Pair("SAMOVAR_PID", "4711"), Pair("SAMOVAR_CLIENT", "model=add")));
}

TEST(AnEntry, of_a_job_names_its_user_and_its_model) {
    EXPECT_THAT(journal_fields("job 12 uid=1000: too late"),
                ElementsAre(Pair("SAMOVAR_JOB", "12"), Pair("SAMOVAR_UID", "1000")));
    EXPECT_THAT(journal_fields("job 12 uid=1000 model=selfie: late: too_late"),
                ElementsAre(Pair("SAMOVAR_JOB", "12"), Pair("SAMOVAR_UID", "1000"),
                            Pair("SAMOVAR_MODEL", "selfie")));
}

TEST(AnEntry, of_something_else_has_no_fields) {
    for (const char* line : {"", "stopped", "models: there is no folder", "model", "model: x",
                             "workers: /usr/bin: no model can run", "modelling clay: soft"})
        EXPECT_THAT(journal_fields(line), IsEmpty()) << line;
}

TEST(AnEntry, is_sent_line_by_line) {
    EXPECT_EQ(journal_entry({{"MESSAGE", "hot"}, {"PRIORITY", "6"}}), "MESSAGE=hot\nPRIORITY=6\n");
}

TEST(AnEntry, with_line_breaks_brings_its_length) {
    EXPECT_EQ(journal_entry({{"MESSAGE", "a\nb"}}),
              std::string("MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n", 20));
}

}  // namespace
}  // namespace samovar::daemon
