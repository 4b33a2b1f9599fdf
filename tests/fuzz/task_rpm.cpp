// probes/task/image/rpm_database: a database and its log that anybody may have written. Two bytes say how
// long the log is, which comes first.
#include "probes/task/image/byte_source.hpp"
#include "probes/task/image/rpm_database.hpp"
#include "probes/task/image/rpm_header.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace plumb;
using namespace plumb::task::image;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const TextSource log(input.take(input.two_bytes()));
    const TextSource file(input.rest());
    for (const ByteSource* beside :
         {static_cast<const ByteSource*>(nullptr), static_cast<const ByteSource*>(&log)}) {
        if (const auto found = read_rpm_database(file, beside))
            fuzz::require(found->size() <= kMostPackages, "there are not too many packages");
    }
    if (const auto found = read_berkeley_rpm_database(file))
        fuzz::require(found->size() <= kMostPackages, "there are not too many packages");
    (void)parse_rpm_header(input.rest());
    return 0;
}
