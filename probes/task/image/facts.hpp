// What the look at the image and the kernel may add to the evidence, each declared once.
#pragma once

#include "model/fact.hpp"

#include <array>
#include <string_view>

namespace plumb::task::image {

inline constexpr FactInfo kOs{"image.os", FactClass::must_match,
                              "distribution and version of the image; none where it names none"};
inline constexpr FactInfo kOsName{"image.os_name", FactClass::informational, "the distribution's own name"};
inline constexpr FactInfo kLibc{"image.libc", FactClass::must_match,
                                "C library and version; none for an image without one"};
inline constexpr FactInfo kPackageManager{"image.package_manager", FactClass::informational,
                                          "whose database the packages are from: dpkg, apk, rpm"};
inline constexpr FactInfo kPackages{
    "image.packages", FactClass::must_match,
    "count of installed packages and digest of their names and versions; none without a database"};
inline constexpr FactInfo kPackageList{"image.packages.list.N", FactClass::informational,
                                       "the packages, on pages"};
inline constexpr FactInfo kCaBundle{"image.ca_bundle", FactClass::must_match,
                                    "count of trusted authorities and digest of their fingerprints; those of "
                                    "SSL_CERT_FILE and SSL_CERT_DIR where they are set"};
inline constexpr FactInfo kCaBundleList{"image.ca_bundle.list.N", FactClass::informational,
                                        "the authorities with the start of their fingerprints, on pages"};
inline constexpr FactInfo kExtraCa{
    "image.extra_ca", FactClass::must_match,
    "by variable: count of the authorities that NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and "
    "AWS_CA_BUNDLE name, and digest of their fingerprints"};
inline constexpr FactInfo kCaBundleFile{"image.ca_bundle_file", FactClass::informational,
                                        "the file of trusted authorities"};
inline constexpr FactInfo kCaExpired{"image.ca_expired", FactClass::informational,
                                     "trusted authorities that have expired"};

inline constexpr FactInfo kOpenssl{"image.openssl", FactClass::ordered,
                                   "version of the image's own libcrypto"};
inline constexpr FactInfo kOpensslConfig{
    "image.openssl_config", FactClass::must_match,
    "digest of what openssl.cnf says beside the facts image.openssl.*; none without the file"};
inline constexpr FactInfo kMinProtocol{"image.openssl.min_protocol", FactClass::must_match,
                                       "MinProtocol of openssl.cnf for all programs"};
inline constexpr FactInfo kMaxProtocol{"image.openssl.max_protocol", FactClass::must_match,
                                       "MaxProtocol of openssl.cnf for all programs"};
inline constexpr FactInfo kCiphers{"image.openssl.ciphers", FactClass::must_match,
                                   "CipherString of openssl.cnf for all programs, with its security level"};
inline constexpr FactInfo kCipherSuites{"image.openssl.ciphersuites", FactClass::must_match,
                                        "Ciphersuites (TLS 1.3) of openssl.cnf for all programs"};
inline constexpr FactInfo kOptions{"image.openssl.options", FactClass::must_match,
                                   "Options of openssl.cnf for all programs"};
inline constexpr FactInfo kFips{"image.openssl.fips", FactClass::must_match,
                                "yes where openssl.cnf asks for FIPS algorithms"};
inline constexpr FactInfo kLegacy{"image.openssl.legacy", FactClass::must_match,
                                  "yes where openssl.cnf activates the legacy algorithms"};

inline constexpr FactInfo kTimezone{"image.timezone", FactClass::must_match,
                                    "zone or rule of TZ, else of /etc/localtime; UTC without either"};
inline constexpr FactInfo kLocale{"image.locale", FactClass::must_match,
                                  "locale of LC_ALL, LC_CTYPE and LANG, else of /etc/locale.conf or "
                                  "/etc/default/locale"};
inline constexpr FactInfo kNsswitchHosts{"image.nsswitch_hosts", FactClass::must_match,
                                         "sources of host names in /etc/nsswitch.conf"};

inline constexpr FactInfo kResolverOptions{"task.resolver.options", FactClass::must_match,
                                           "options of /etc/resolv.conf, sorted"};
inline constexpr FactInfo kResolverSearch{"task.resolver.search", FactClass::informational,
                                          "count and names of the search list"};
inline constexpr FactInfo kResolverServers{"task.resolver.servers", FactClass::informational,
                                           "name servers of /etc/resolv.conf"};
inline constexpr FactInfo kHosts{
    "task.hosts", FactClass::must_match,
    "names in /etc/hosts that the container's runtime did not write, without their addresses"};

inline constexpr FactInfo kKernel{"task.kernel", FactClass::ordered, "release of the kernel"};
inline constexpr FactInfo kUser{"task.user", FactClass::must_match, "user and group of the process"};
inline constexpr FactInfo kCapabilities{"task.capabilities", FactClass::must_match,
                                        "effective capabilities of the process"};
inline constexpr FactInfo kNoNewPrivileges{"task.no_new_privileges", FactClass::must_match,
                                           "whether programs of other users gain no rights (yes, no)"};
inline constexpr FactInfo kSeccomp{"task.seccomp", FactClass::must_match,
                                   "filter of system calls: none, strict, filter"};
inline constexpr FactInfo kReadOnlyRoot{"task.read_only_root", FactClass::must_match,
                                        "whether the root file system cannot be written (yes, no)"};

struct KernelSetting {
    FactInfo fact;
    std::string_view file;  // below sys/ of /proc
};

inline constexpr std::array<KernelSetting, 12> kKernelSettings{{
    {{"kernel.somaxconn", FactClass::must_match, "longest backlog that listen() gives"},
     "net/core/somaxconn"},
    {{"kernel.ip_local_port_range", FactClass::must_match, "ports of outgoing connections"},
     "net/ipv4/ip_local_port_range"},
    {{"kernel.ip_unprivileged_port_start", FactClass::must_match,
      "first port that a process without rights may listen on"},
     "net/ipv4/ip_unprivileged_port_start"},
    {{"kernel.tcp_congestion_control", FactClass::must_match, "congestion control of new connections"},
     "net/ipv4/tcp_congestion_control"},
    {{"kernel.tcp_tw_reuse", FactClass::must_match, "whether ports in TIME_WAIT serve again"},
     "net/ipv4/tcp_tw_reuse"},
    {{"kernel.tcp_fin_timeout", FactClass::must_match, "seconds in FIN_WAIT_2"}, "net/ipv4/tcp_fin_timeout"},
    {{"kernel.tcp_keepalive_time", FactClass::must_match, "idle seconds before the first keepalive"},
     "net/ipv4/tcp_keepalive_time"},
    {{"kernel.tcp_syn_retries", FactClass::must_match, "how often a connect is tried again"},
     "net/ipv4/tcp_syn_retries"},
    {{"kernel.tcp_retries2", FactClass::must_match, "how often data is sent again before a connection ends"},
     "net/ipv4/tcp_retries2"},
    // The kernel sets it from the memory of the machine.
    {{"kernel.tcp_max_syn_backlog", FactClass::ordered, "half-open connections that a listener keeps"},
     "net/ipv4/tcp_max_syn_backlog"},
    {{"kernel.overcommit_memory", FactClass::must_match, "whether more memory is promised than there is"},
     "vm/overcommit_memory"},
    {{"kernel.max_map_count", FactClass::must_match, "memory maps that a process may have"},
     "vm/max_map_count"},
}};

}  // namespace plumb::task::image
