#include "probes/task/image/describe.hpp"

#include "model/fact_list.hpp"
#include "probes/task/fact_room.hpp"
#include "probes/task/image/digest.hpp"
#include "probes/task/image/facts.hpp"
#include "probes/task/image/lines.hpp"

#include <algorithm>

namespace plumb::task::image {
namespace {

constexpr std::string_view kNone = "none";

void tell(Outcome& outcome, const FactInfo& info, const std::optional<std::string>& value) {
    if (value && !value->empty()) outcome.fact(info, fitted(*value));
}

void tell_pages(Outcome& outcome, const FactInfo& info, const std::vector<std::string>& items,
                std::size_t most) {
    unsigned number = 0;
    for (const auto& page : list_pages(items, most))
        outcome.fact(info, number++, page);
}

void describe_packages(const PackageList& list, Outcome& outcome) {
    if (list.manager.empty()) return outcome.fact(kPackages, kNone);
    outcome.fact(kPackageManager, list.manager);
    if (!list.digest.empty()) return outcome.fact(kPackages, list.manager + " database " + list.digest);
    const auto digest = short_digest(joined(list.items, "\n"));
    const std::string_view noun = list.items.size() == 1 ? " package, " : " packages, ";
    outcome.fact(kPackages, std::to_string(list.items.size()).append(noun).append(digest));
}

void describe_authorities(const CaBundle& bundle, std::time_t now, Outcome& outcome) {
    if (bundle.path.empty()) return outcome.fact(kCaBundle, kNone);
    const auto& certificates = bundle.authorities.certificates;
    const auto expired = std::count_if(certificates.begin(), certificates.end(), [now](const auto& one) {
        return one.not_after && *one.not_after < now;
    });
    outcome.fact(kCaBundle, authorities_text(bundle.authorities));
    outcome.fact(kCaBundleFile, bundle.path);
    outcome.fact(kCaExpired, std::to_string(expired));
}

void describe_extra(const std::vector<ExtraAuthorities>& extra, Outcome& outcome) {
    std::string text;
    for (const auto& one : extra)
        text.append(text.empty() ? "" : "; ").append(one.variable).append(": ").append(one.words);
    if (!text.empty()) outcome.fact(kExtraCa, fitted(text));
}

std::vector<std::string> authority_items(const CaBundle& bundle) {
    std::vector<std::string> items;
    for (const auto& one : bundle.authorities.certificates)
        items.push_back(list_item(one.name, 64) + " [" + hex(one.fingerprint.substr(0, 4)) + "]");
    return items;
}

void describe_openssl(const OpensslChoices& choices, Outcome& outcome) {
    outcome.fact(kOpensslConfig, short_digest(choices.rest));
    tell(outcome, kMinProtocol, choices.min_protocol);
    tell(outcome, kMaxProtocol, choices.max_protocol);
    tell(outcome, kCiphers, choices.ciphers);
    tell(outcome, kCipherSuites, choices.cipher_suites);
    tell(outcome, kOptions, choices.options);
    tell(outcome, kFips, choices.fips);
    tell(outcome, kLegacy, choices.legacy);
}

void describe_resolver(const Resolver& resolver, Outcome& outcome) {
    tell(outcome, kResolverOptions, resolver.options);
    const auto count = std::to_string(resolver.search.size());
    tell(outcome, kResolverSearch,
         resolver.search.empty() ? "0" : count + ": " + joined(resolver.search, " "));
    tell(outcome, kResolverServers, joined(resolver.servers, " "));
}

std::string_view yes_or_no(bool yes) {
    return yes ? "yes" : "no";
}

std::string seccomp_text(unsigned mode) {
    if (mode == 0) return std::string(kNone);
    if (mode == 1) return "strict";
    return mode == 2 ? "filter" : std::to_string(mode);
}

}  // namespace

void describe_image(const ImageEvidence& image, std::time_t now, Outcome& outcome) {
    if (image.os) {
        const bool named = !image.os->id.empty() || !image.os->pretty_name.empty();
        outcome.fact(kOs, named ? os_text(*image.os) : kNone);
        tell(outcome, kOsName, image.os->pretty_name);
    }
    tell(outcome, kLibc, image.libc);
    tell(outcome, kOpenssl, image.openssl);
    if (image.openssl_config) {
        describe_openssl(*image.openssl_config, outcome);
    } else if (image.openssl_config_readable) {
        outcome.fact(kOpensslConfig, kNone);
    }
    tell(outcome, kTimezone, image.timezone);
    tell(outcome, kLocale, image.locale);
    tell(outcome, kNsswitchHosts, image.nsswitch_hosts);
    if (image.resolver) describe_resolver(*image.resolver, outcome);
    if (image.hosts) tell(outcome, kHosts, hosts_text(*image.hosts));
    if (image.ca_bundle) describe_authorities(*image.ca_bundle, now, outcome);
    describe_extra(image.extra_authorities, outcome);
    if (image.packages) describe_packages(*image.packages, outcome);
    // Pages come last: when there are too many facts, a page is lost and no fact that is compared.
    if (image.ca_bundle)
        tell_pages(outcome, kCaBundleList, authority_items(*image.ca_bundle), kAuthorityPages);
    if (image.packages) tell_pages(outcome, kPackageList, image.packages->items, kPackagePages);
}

void describe_kernel(const KernelEvidence& kernel, Outcome& outcome) {
    tell(outcome, kKernel, kernel.release);
    for (const auto& [known, value] : kernel.settings)
        outcome.fact(known->fact, value);
    const auto& rights = kernel.rights;
    if (rights.user && rights.group) {
        outcome.fact(kUser, "uid " + std::to_string(*rights.user) + " gid " + std::to_string(*rights.group));
    }
    if (rights.capabilities) {
        tell(outcome, kCapabilities, capabilities_text(*rights.capabilities, kernel.last_capability));
    }
    if (rights.no_new_privileges) outcome.fact(kNoNewPrivileges, yes_or_no(*rights.no_new_privileges));
    if (rights.seccomp) outcome.fact(kSeccomp, seccomp_text(*rights.seccomp));
    if (kernel.read_only_root) outcome.fact(kReadOnlyRoot, yes_or_no(*kernel.read_only_root));
}

}  // namespace plumb::task::image
