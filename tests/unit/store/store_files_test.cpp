// What happens around the file: a writer that is killed, files that are none of ours, folders that cannot be
// written.
#include "controller/store/store.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/windows.hpp"

#include <csignal>
#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace plumb::store {
namespace {

using test::labels_of;
using test::window_of;
using testing::HasSubstr;

Time at(std::uint64_t second) {
    return Time(std::chrono::milliseconds(1'795'000'000'000)) +
           std::chrono::seconds(static_cast<long>(second));
}

std::string refusal(const std::string& url) {
    const auto opened = open_store(url);
    return opened ? "" : opened.error().message;
}

// Appends until it is killed; tells each sequence after its commit.
[[noreturn]] void append_for_ever(const std::string& url, int tell) {
    auto store = open_store(url);
    for (std::uint64_t sequence = 1; store; ++sequence) {
        (*store)->append({{window_of("writer", sequence, labels_of("staging")), at(sequence)}});
        if (write(tell, &sequence, sizeof sequence) != sizeof sequence) break;
    }
    _exit(1);
}

TEST(StoreFiles, what_was_committed_survives_a_writer_that_is_killed) {
    const test::TempDir folder;
    const std::string url = "sqlite:" + folder.file("plumb.db");
    int told[2];
    ASSERT_EQ(pipe(told), 0);
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) append_for_ever(url, told[1]);
    close(told[1]);
    std::uint64_t committed = 0;
    while (committed < 50) {
        ASSERT_EQ(read(told[0], &committed, sizeof committed), static_cast<ssize_t>(sizeof committed));
    }
    kill(writer, SIGKILL);
    ASSERT_EQ(waitpid(writer, nullptr, 0), writer);
    for (std::uint64_t more = 0; read(told[0], &more, sizeof more) == static_cast<ssize_t>(sizeof more);)
        committed = more;
    close(told[0]);

    auto store = open_store(url);
    ASSERT_TRUE(store) << store.error().message;
    std::uint64_t next = 1;
    (*store)->read({}, {at(0)},
                   [&](const StoredWindow& window) { EXPECT_EQ(window.window.sequence, next++); });
    EXPECT_GT(next, committed);
    EXPECT_EQ((*store)->append({{window_of("writer", committed, labels_of("staging")), at(committed)}}), 0u)
        << "what is sent again is known";
}

TEST(StoreFiles, an_unknown_engine_is_refused_without_showing_the_url) {
    const auto message = refusal("postgresql://plumb:secret@db/plumb");
    EXPECT_THAT(message, HasSubstr("sqlite:FILE"));
    EXPECT_THAT(message, testing::Not(HasSubstr("secret")));
    EXPECT_THAT(refusal("sqlite:"), HasSubstr("a file is missing"));
    EXPECT_THAT(refusal("sqlite::memory:"), HasSubstr("name a file"));
}

TEST(StoreFiles, a_folder_that_is_not_there_is_named) {
    EXPECT_THAT(refusal("sqlite:/nowhere/at/all/plumb.db"),
                testing::AllOf(HasSubstr("/nowhere/at/all/plumb.db"), HasSubstr("folder must exist")));
}

TEST(StoreFiles, a_file_that_is_no_database_is_left_alone) {
    const test::TempDir folder;
    const std::string content(4096, 'x');
    const auto path = folder.write("notes.txt", content);
    EXPECT_THAT(refusal("sqlite:" + path), HasSubstr("another kind of file"));
    EXPECT_EQ(test::read_whole(path), content);
}

void run_sql(const std::string& path, const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
}

TEST(StoreFiles, another_programs_database_is_left_alone) {
    const test::TempDir folder;
    run_sql(folder.file("other.db"), "CREATE TABLE windows (glass TEXT)");
    EXPECT_THAT(refusal("sqlite:" + folder.file("other.db")), HasSubstr("another program's database"));
}

TEST(StoreFiles, a_newer_schema_is_refused) {
    const test::TempDir folder;
    const auto path = folder.file("plumb.db");
    ASSERT_TRUE(open_store("sqlite:" + path));
    run_sql(path, "PRAGMA user_version = 99");
    EXPECT_THAT(refusal("sqlite:" + path), HasSubstr("newer plumb-controller"));
}

std::string refusal_to_read(const std::string& url) {
    const auto opened = open_store_to_read(url);
    return opened ? "" : opened.error().message;
}

std::vector<std::string> names_in(const test::TempDir& folder) {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(folder.path()))
        names.push_back(each.path().filename().string());
    return names;
}

std::size_t windows_read(const std::string& url) {
    const auto reader = open_store_to_read(url);
    if (!reader) throw std::runtime_error(reader.error().message);
    std::size_t count = 0;
    (*reader)->read({}, {at(0)}, [&](const StoredWindow&) { ++count; });
    return count;
}

TEST(StoreFiles, a_store_is_read_while_another_process_writes_to_it) {
    const test::TempDir folder;
    const std::string url = "sqlite:" + folder.file("plumb.db");
    const auto writer = open_store(url);
    ASSERT_TRUE(writer);
    for (std::uint64_t i = 1; i <= 3; ++i) {
        (*writer)->append({{window_of("a", i, labels_of("staging")), at(i)}});
        EXPECT_EQ(windows_read(url), i);
    }
}

TEST(StoreFiles, a_store_at_rest_is_read_without_a_trace) {
    const test::TempDir folder;
    const auto path = folder.file("plumb.db");
    (*open_store("sqlite:" + path))->append({{window_of("a", 1, labels_of("staging")), at(1)}});
    const auto before = test::read_whole(path);
    ASSERT_EQ(names_in(folder), std::vector<std::string>{"plumb.db"});
    EXPECT_EQ(windows_read("sqlite:" + path), 1u);
    EXPECT_EQ(names_in(folder), std::vector<std::string>{"plumb.db"});
    EXPECT_EQ(test::read_whole(path), before);
}

TEST(StoreFiles, a_store_at_rest_that_somebody_begins_to_write_to_is_an_error_and_no_half_answer) {
    const test::TempDir folder;
    const std::string url = "sqlite:" + folder.file("plumb.db");
    ASSERT_TRUE(open_store(url));
    const auto reader = open_store_to_read(url);
    ASSERT_TRUE(reader);
    const auto writer = open_store(url);
    (*writer)->append({{window_of("a", 1, labels_of("staging")), at(1)}});
    EXPECT_THROW((*reader)->read({}, {at(0)}, [](const StoredWindow&) {}), StoreError);
}

TEST(StoreFiles, what_cannot_be_read_as_a_store_is_told_and_nothing_is_made) {
    const test::TempDir folder;
    EXPECT_THAT(refusal_to_read("sqlite:" + folder.file("none.db")), HasSubstr("no such file"));
    EXPECT_EQ(names_in(folder), std::vector<std::string>{});
    EXPECT_THAT(refusal_to_read("sqlite:" + folder.path().string()), HasSubstr("directory"));
    EXPECT_THAT(refusal_to_read("sqlite:" + folder.write("notes.txt", std::string(4096, 'x'))),
                HasSubstr("another kind of file"));
    run_sql(folder.file("other.db"), "CREATE TABLE windows (glass TEXT)");
    EXPECT_THAT(refusal_to_read("sqlite:" + folder.file("other.db")),
                HasSubstr("another program's database"));
    const auto path = folder.file("plumb.db");
    ASSERT_TRUE(open_store("sqlite:" + path));
    run_sql(path, "PRAGMA user_version = 99");
    EXPECT_THAT(refusal_to_read("sqlite:" + path), HasSubstr("newer plumb-controller"));
    run_sql(path, "PRAGMA user_version = 0");
    EXPECT_THAT(refusal_to_read("sqlite:" + path), HasSubstr("older plumb-controller"));
    EXPECT_THAT(refusal_to_read("postgresql://plumb:secret@db/plumb"), HasSubstr("sqlite:FILE"));
}

TEST(StoreFiles, a_damaged_window_is_an_error_and_no_empty_answer) {
    const test::TempDir folder;
    const auto path = folder.file("plumb.db");
    auto store = open_store("sqlite:" + path);
    ASSERT_TRUE(store);
    (*store)->append({{window_of("a", 1, labels_of("staging")), at(1)}});
    run_sql(path, "UPDATE windows SET payload = x'ffffff'");
    EXPECT_THROW((*store)->read({}, {at(0)}, [](const StoredWindow&) {}), StoreError);
}

TEST(StoreFiles, a_store_whose_tables_are_gone_is_not_ready) {
    const test::TempDir folder;
    const auto path = folder.file("plumb.db");
    auto store = open_store("sqlite:" + path);
    ASSERT_TRUE(store);
    (*store)->check();
    run_sql(path, "DROP TABLE windows");
    EXPECT_THROW((*store)->check(), StoreError);
    EXPECT_THROW((*store)->append({{window_of("a", 1, labels_of("staging")), at(1)}}), StoreError);
    EXPECT_THROW((*store)->append({{window_of("a", 2, labels_of("staging")), at(1)}}), StoreError)
        << "a failed write leaves no transaction open";
}

TEST(StoreFiles, nothing_is_taken_into_a_file_that_was_removed) {
    for (const bool renamed : {false, true}) {
        const test::TempDir folder;
        const auto path = folder.file("plumb.db");
        auto store = open_store("sqlite:" + path);
        ASSERT_TRUE(store);
        if (renamed) {
            std::filesystem::rename(path, path + ".old");
        } else {
            std::filesystem::remove(path);
        }
        EXPECT_THROW((*store)->append({{window_of("a", 1, labels_of("staging")), at(1)}}), StoreError)
            << "it would be acknowledged, and gone after the next start";
        EXPECT_THROW((*store)->hello("a", "1", labels_of("staging"), at(1)), StoreError);
        EXPECT_THROW((*store)->check(), StoreError);
    }
}

}  // namespace
}  // namespace plumb::store
