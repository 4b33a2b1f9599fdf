#include "base/file.hpp"
#include "controller/store/sqlite_reader.hpp"
#include "controller/store/sqlite_schema.hpp"
#include "controller/store/sqlite_store.hpp"
#include "controller/store/store.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

namespace plumb::store {
namespace {

Result<std::string> file_of(const std::string& url) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (!url.starts_with(kSqlite)) {
        return Error{"store '" + url.substr(0, url.find(':')) + ":…': unknown engine; known: sqlite:FILE"};
    }
    const std::string file = url.substr(kSqlite.size());
    if (file.empty())
        return Error{"store 'sqlite:': a file is missing, as in sqlite:/var/lib/plumb/plumb.db"};
    if (file.front() == ':')
        return Error{"store '" + url + "': windows must outlive the process; name a file"};
    return file;
}

// The log of what is not yet in the file: it is there while somebody has the store open, or was killed.
bool has_log(const std::string& file) {
    std::error_code failed;
    return std::filesystem::exists(file + "-wal", failed);
}

// A store at rest, read as it lies. A controller that begins to write meanwhile would show us half of it.
class AtRest final : public WindowSource {
  public:
    explicit AtRest(const std::string& file)
        : file_(file), reader_(Database(file, Database::Mode::untouched)) {}
    void read(const Selector& selector, const Range& range,
              const std::function<void(const StoredWindow&)>& visit) override {
        reader_.read(selector, range, visit);
        must_rest();
    }
    std::vector<AgentRow> agents(Time from) override {
        auto rows = reader_.agents(from);
        must_rest();
        return rows;
    }
    std::optional<Time> oldest() override { return reader_.oldest(); }

  private:
    void must_rest() const {
        if (has_log(file_))
            throw StoreError("store " + file_ + ": a controller began to write while it was read; ask again");
    }
    std::string file_;
    SqliteReader reader_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url) {
    const auto file = file_of(url);
    if (!file) return file.error();
    try {
        return std::unique_ptr<Store>(std::make_unique<SqliteStore>(*file));
    } catch (const StoreError& error) {
        return Error{error.what()};
    }
}

Result<std::unique_ptr<WindowSource>> open_store_to_read(const std::string& url) {
    const auto file = file_of(url);
    if (!file) return file.error();
    if (const auto why = why_no_regular_file(*file); !why.empty()) return Error{"store ", *file, ": ", why};
    try {
        const bool at_rest = !has_log(*file);
        const auto mode = at_rest ? Database::Mode::untouched : Database::Mode::read_only;
        Database database(*file, mode);
        check_schema(database);
        if (at_rest) return std::unique_ptr<WindowSource>(std::make_unique<AtRest>(*file));
        return std::unique_ptr<WindowSource>(std::make_unique<SqliteReader>(std::move(database)));
    } catch (const StoreError& error) {
        return Error{error.what()};
    }
}

}  // namespace plumb::store
