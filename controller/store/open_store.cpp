#include "controller/store/sqlite_store.hpp"
#include "controller/store/store.hpp"

#include <string_view>

namespace plumb::store {

Result<std::unique_ptr<Store>> open_store(const std::string& url) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (!url.starts_with(kSqlite)) {
        return Error{"store '" + url.substr(0, url.find(':')) + ":…': unknown engine; known: sqlite:FILE"};
    }
    const std::string file = url.substr(kSqlite.size());
    if (file.empty())
        return Error{"store 'sqlite:': a file is missing, as in sqlite:/var/lib/plumb/plumb.db"};
    if (file.front() == ':')
        return Error{"store '" + url + "': windows must outlive the process; name a file"};
    try {
        return std::unique_ptr<Store>(std::make_unique<SqliteStore>(file));
    } catch (const StoreError& error) {
        return Error{error.what()};
    }
}

}  // namespace plumb::store
