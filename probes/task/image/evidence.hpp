// What was read of an image and of the kernel, before it becomes facts. An optional part that is not there
// could not be read.
#pragma once

#include "probes/task/image/certificates.hpp"
#include "probes/task/image/facts.hpp"
#include "probes/task/image/names.hpp"
#include "probes/task/image/openssl_config.hpp"
#include "probes/task/image/os_release.hpp"
#include "probes/task/image/rights.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plumb::task::image {

struct PackageList {
    std::string manager;             // "dpkg"; "" for an image without a database
    std::vector<std::string> items;  // sorted (packages.hpp)
    std::string digest;              // of a database that only its own program can read; then no items
};

struct CaBundle {
    std::string path;  // "" for an image without one
    Authorities authorities;
};

// That a runtime trusts besides, by a variable.
struct ExtraAuthorities {
    std::string_view variable;  // "NODE_EXTRA_CA_CERTS"
    std::string words;          // "2 authorities, 1a2b3c4d"
};

struct Resolver {
    std::string options;
    std::vector<std::string> search;
    std::vector<std::string> servers;
};

struct ImageEvidence {
    std::optional<OsRelease> os;  // without an id where the image names none
    std::string libc;             // "none"
    std::optional<std::string> openssl;
    std::optional<PackageList> packages;
    std::optional<CaBundle> ca_bundle;
    std::vector<ExtraAuthorities> extra_authorities;
    bool openssl_config_readable = false;
    std::optional<OpensslChoices> openssl_config;  // of a file that is there
    std::optional<std::string> timezone;
    std::optional<std::string> locale;
    std::optional<std::string> nsswitch_hosts;
    std::optional<Resolver> resolver;
    std::optional<ExtraHosts> hosts;
};

struct KernelEvidence {
    std::string release;
    std::vector<std::pair<const KernelSetting*, std::string>> settings;
    Rights rights;
    unsigned last_capability = 40;
    std::optional<bool> read_only_root;
};

}  // namespace plumb::task::image
