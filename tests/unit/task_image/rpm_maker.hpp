// rpm databases made with the libraries of SQLite and Berkeley DB, as rpm makes its own.
#pragma once

#include "probes/task/image/packages.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::task::image {

// A header as it lies in the database. The version is "[epoch:]version-release"; `filling` bytes of other
// tags come behind the names, or before them.
std::string rpm_header(const Package& package, std::size_t filling = 200, bool filling_first = false);

std::vector<Package> made_up(int count);  // each of another name and version, some with an epoch

// Four hundred times the file with other bytes in eight places, every fifth cut short as well; always the
// same.
std::vector<std::string> damaged(const std::string& file);

struct RpmMaking {
    unsigned page_size = 4096;
    std::size_t filling = 6000;  // of each header: what makes overflow pages
    std::string_view table = "Packages";
};
// Replaces what is at `path`. Its log is copied and gone.
void make_rpm_database(const std::string& path, const std::vector<Package>& packages,
                       const RpmMaking& making = {});

// A file "Packages" of Berkeley DB; `tree`: of another kind than rpm's hash.
void make_berkeley_rpm_database(const std::string& path, const std::vector<Package>& packages,
                                const RpmMaking& making = {}, bool tree = false);

// Adds packages in a transaction of their own that stays in the log, PATH-wal.
void add_in_log(const std::string& path, const std::vector<Package>& packages);

}  // namespace plumb::task::image
