// probes/task/image: the text files of an image that is not ours. The first byte says which.
#include "probes/task/image/certificates.hpp"
#include "probes/task/image/names.hpp"
#include "probes/task/image/openssl_config.hpp"
#include "probes/task/image/os_release.hpp"
#include "probes/task/image/packages.hpp"
#include "probes/task/image/rights.hpp"
#include "probes/task/image/timezone.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using namespace plumb::task::image;

constexpr std::size_t kFewBytes = 4096;

void packages(std::vector<Package> list) {
    fuzz::require(list.size() <= kMostPackages, "there are not too many packages");
    for (const auto& item : package_items(std::move(list)))
        fuzz::require_readable(item, kFewBytes, "a package is bounded and readable");
}

void authorities(std::string_view pem) {
    const auto found = parse_authorities(pem);
    std::string before;
    for (const auto& each : found.certificates) {
        fuzz::require(each.fingerprint.size() == 32 && each.fingerprint > before, "each once, in order");
        fuzz::require_readable(each.name, kFewBytes, "an authority's name is bounded and readable");
        before = each.fingerprint;
    }
}

// A file that includes itself, as any may.
void openssl(std::string_view text) {
    const auto entries = parse_openssl_config(text, [&](const std::string&) { return std::string(text); });
    fuzz::require(entries.size() <= text.size() * 64 + 64, "including is bounded");
    (void)openssl_choices(entries);
}

void small_files(std::string_view text) {
    fuzz::require(os_text(parse_os_release(text)).size() <= kFewBytes, "a release is bounded");
    (void)resolver_options(text);
    (void)nsswitch_hosts(text);
    (void)locale_text(text);
    (void)zone_of_link(text);
    (void)zone_of_file(text);
    (void)parse_status(text);
    (void)root_is_read_only(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    switch (input.byte() % 5) {
        case 0:
            packages(parse_dpkg(input.rest()));
            break;
        case 1:
            packages(parse_apk(input.rest()));
            break;
        case 2:
            authorities(input.rest());
            break;
        case 3:
            openssl(input.rest());
            break;
        default:
            small_files(input.rest());
    }
    return 0;
}
