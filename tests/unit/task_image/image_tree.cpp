#include "tests/unit/task_image/image_tree.hpp"

#include "base/text.hpp"
#include "model/fact_list.hpp"
#include "probes/task/image/image.hpp"
#include "tests/support/certificates.hpp"
#include "tests/unit/task_image/rpm_maker.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

namespace plumb::task::image {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

void write_whole(const fs::path& path, std::string_view content) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

constexpr std::string_view kStatus =
    "Name:\tapp\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n"
    "CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";

// The same authorities in each image; making them takes a while.
const std::string& authorities() {
    static const std::string all =
        test::Authority("First Root").certificate() + test::Authority("Second Root").certificate();
    return all;
}

}  // namespace

ImageTree::ImageTree() {
    fs::create_directories(root());
    write_proc("self/status", kStatus);
    write_proc("self/mounts", "overlay / overlay rw,relatime 0 0\nproc /proc proc rw 0 0\n");
    write_proc("sys/kernel/osrelease", "6.1.102-111.187.amzn2023.x86_64\n");
    write_proc("sys/kernel/hostname", "ip-10-0-1-5.ec2.internal\n");
    write_proc("sys/kernel/cap_last_cap", "40\n");
    write_proc("sys/net/core/somaxconn", "4096\n");
    write_proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
}

void ImageTree::write(std::string_view path, std::string_view content) const {
    write_whole(on_disk(path), content);
}

void ImageTree::link(std::string_view path, std::string_view target) const {
    fs::create_directories(fs::path(on_disk(path)).parent_path());
    fs::remove(on_disk(path));
    fs::create_symlink(target, on_disk(path));
}

void ImageTree::remove(std::string_view path) const {
    fs::remove_all(on_disk(path));
}

void ImageTree::pipe(std::string_view path) const {
    fs::create_directories(fs::path(on_disk(path)).parent_path());
    fs::remove(on_disk(path));
    if (::mkfifo(on_disk(path).c_str(), 0644) != 0) throw std::runtime_error("cannot make a pipe");
}

void ImageTree::write_proc(std::string_view path, std::string_view content) const {
    write_whole(fs::path(dir_.file("proc")) / path, content);
}

Places ImageTree::places() const {
    Places places;
    places.proc = dir_.file("proc");
    places.cgroup = dir_.file("cgroup");
    places.root = root();
    return places;
}

Outcome ImageTree::look() const {
    Look look;
    make_image(places())->look(look, Depth::inspect);
    return look.evidence;
}

void make_debian(const ImageTree& tree) {
    tree.write("/usr/lib/os-release",
               "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n");
    tree.link("/etc/os-release", "../usr/lib/os-release");
    tree.write("/lib/x86_64-linux-gnu/libc.so.6",
               std::string("\177ELF") + std::string(3000, '\0') +
                   "GNU C Library (Debian GLIBC 2.36-9+deb12u13) stable release version 2.36.\n");
    tree.write("/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "\177ELF OpenSSL \0OpenSSL 3.0.17 1 Jul 2025\0"s);
    tree.write("/var/lib/dpkg/status",
               "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u13\n"
               "Description: the C library\n Package: not one\n\n"
               "Package: tzdata\nStatus: install ok installed\nArchitecture: all\nVersion: 2025b-0\n\n"
               "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n");
    tree.write("/etc/ssl/certs/ca-certificates.crt", authorities());
    tree.write("/etc/ssl/openssl.cnf",
               "# OpenSSL\nopenssl_conf = openssl_init\n[openssl_init]\nproviders = provider_sect\n"
               "ssl_conf = ssl_sect\n[provider_sect]\ndefault = default_sect\n[default_sect]\n"
               "# activate = 1\n[ssl_sect]\nsystem_default = system_default_sect\n"
               "[system_default_sect]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT@SECLEVEL=2\n");
    tree.write("/usr/share/zoneinfo/Etc/UTC", "TZif2\n\nUTC0\n");
    tree.link("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC");
    tree.write("/etc/default/locale", "LANG=C.UTF-8\n");
    tree.write("/etc/nsswitch.conf", "# names\npasswd: files\nhosts:          files dns\n");
    tree.write("/etc/resolv.conf", "nameserver 10.0.0.2\nsearch ec2.internal\noptions ndots:0\n");
    tree.write("/etc/hosts",
               "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
               "10.0.1.5 ip-10-0-1-5.ec2.internal\n");
}

void make_distroless(const ImageTree& tree) {
    tree.write("/etc/os-release", "PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n");
    tree.write("/var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n");
    tree.write("/var/lib/dpkg/status.d/base.md5sums", "Package: no\n");
    tree.write("/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2025b-0\nArchitecture: all\n");
    tree.write("/etc/ssl/certs/ca-certificates.crt", authorities());
}

void make_alpine(const ImageTree& tree) {
    tree.write("/etc/os-release",
               "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME=\"Alpine Linux v3.19\"\n");
    tree.write("/lib/ld-musl-x86_64.so.1",
               "\177ELF\0musl libc\0Version %s\0"
               "1.2.4\0"
               "127.0.0.1\0"s);
    tree.write("/lib/apk/db/installed",
               "C:Q1abc=\nP:musl\nV:1.2.4_git20230717-r4\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\n\n"
               "C:Q1def=\nP:busybox\nV:1.36.1-r15\nA:x86_64\n\n");
    tree.write("/etc/ssl/certs/ca-certificates.crt", authorities());
    tree.link("/etc/ssl/cert.pem", "certs/ca-certificates.crt");
}

void make_amazon(const ImageTree& tree) {
    tree.write("/etc/os-release",
               "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nVERSION_ID=\"2023\"\n"
               "PRETTY_NAME=\"Amazon Linux 2023.5\"\n");
    tree.write("/usr/lib64/libc.so.6", "GNU C Library (GNU libc) stable release version 2.34.\n");
    tree.link("/lib64", "usr/lib64");
    tree.write("/var/lib/rpm/.rpm.lock", "");
    make_rpm_database(
        tree.on_disk("/var/lib/rpm/rpmdb.sqlite"),
        {{"bash", "5.2.15-1.amzn2023.0.2", "x86_64"}, {"openssl-libs", "1:3.0.8-1.amzn2023", "x86_64"}});
    tree.write("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "# roots\n" + authorities());
    tree.link("/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
    tree.write("/etc/pki/tls/openssl.cnf",
               "openssl_conf = openssl_init\n[openssl_init]\nssl_conf = ssl_module\n[ ssl_module ]\n"
               "system_default = crypto_policy\n[ crypto_policy ]\n"
               ".include = /etc/crypto-policies/back-ends/opensslcnf.config\n");
    tree.write("/usr/share/crypto-policies/DEFAULT/opensslcnf.txt",
               "CipherString = @SECLEVEL=2:kEECDH\nTLS.MinProtocol = TLSv1.2\nDTLS.MinProtocol = DTLSv1.0\n");
    tree.link("/etc/crypto-policies/back-ends/opensslcnf.config",
              "/usr/share/crypto-policies/DEFAULT/opensslcnf.txt");
}

std::string value_of(const Outcome& outcome, std::string_view name) {
    const auto* fact = outcome.find_fact(name);
    return fact == nullptr ? "(absent)" : fact->value;
}

std::vector<std::string> differing(const Outcome& a, const Outcome& b) {
    const auto compared = [](const Outcome& outcome) {
        std::map<std::string, std::string> values;
        for (const auto& fact : outcome.facts) {
            if (fact.cls != FactClass::informational) values[fact.name] = fact.value;
        }
        return values;
    };
    const auto in_a = compared(a);
    auto in_b = compared(b);
    std::vector<std::string> names;
    for (const auto& [name, value] : in_a) {
        const auto found = in_b.find(name);
        if (found == in_b.end() || found->second != value) names.push_back(name);
        in_b.erase(name);
    }
    for (const auto& [name, value] : in_b)
        names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> listed_pages(const Outcome& outcome, std::string_view name) {
    std::vector<std::string> pages;
    for (unsigned page = 0;; ++page) {
        const auto* fact =
            outcome.find_fact(std::string(name).append(kListPages).append(std::to_string(page)));
        if (fact == nullptr) return pages;
        pages.push_back(fact->value);
    }
}

std::vector<std::string> listed(const Outcome& outcome, std::string_view name) {
    std::vector<std::string> items;
    for (const auto& page : listed_pages(outcome, name)) {
        for (const auto item : split(page, ';')) {
            if (!item.empty()) items.emplace_back(item);
        }
    }
    return items;
}

}  // namespace plumb::task::image
