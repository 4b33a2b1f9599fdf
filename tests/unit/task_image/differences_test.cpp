// Two images that differ in one thing differ in one fact, and the fact names it.
#include "model/fact_list.hpp"
#include "tests/support/certificates.hpp"
#include "tests/unit/task_image/image_tree.hpp"
#include "tests/unit/task_image/rpm_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Change {
    std::string_view fact;
    void (*make)(const ImageTree& tree);
};

std::string content(const ImageTree& tree, std::string_view path) {
    return test::read_whole(tree.on_disk(path));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

void edit(const ImageTree& tree, std::string_view path, std::string_view from, std::string_view to) {
    tree.write(path, replaced(content(tree, path), from, to));
}

constexpr std::string_view kConfig = "/etc/ssl/openssl.cnf";
constexpr std::string_view kBundle = "/etc/ssl/certs/ca-certificates.crt";

void activate_provider(const ImageTree& tree, const std::string& name) {
    edit(tree, kConfig, "[provider_sect]\n", "[provider_sect]\n" + name + " = its_sect\n");
    tree.write(kConfig, content(tree, kConfig) + "[its_sect]\nactivate = 1\n");
}

const std::vector<Change> kChanges{
    {"image.os", [](const ImageTree& t) { edit(t, "/usr/lib/os-release", "\"12\"", "\"13\""); }},
    {"image.libc",
     [](const ImageTree& t) { edit(t, "/lib/x86_64-linux-gnu/libc.so.6", "version 2.36", "version 2.35"); }},
    {"image.openssl",
     [](const ImageTree& t) { edit(t, "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "3.0.17", "3.0.16"); }},
    {"image.packages", [](const ImageTree& t) { edit(t, "/var/lib/dpkg/status", "2025b-0", "2025a-0"); }},
    {"image.ca_bundle",
     [](const ImageTree& t) {
         t.write(kBundle, content(t, kBundle) + test::Authority("Third").certificate());
     }},
    {"image.openssl_config",
     [](const ImageTree& t) { t.write(kConfig, content(t, kConfig) + "Curves = X25519\n"); }},
    {"image.openssl.min_protocol", [](const ImageTree& t) { edit(t, kConfig, "TLSv1.2", "TLSv1.3"); }},
    {"image.openssl.max_protocol",
     [](const ImageTree& t) { t.write(kConfig, content(t, kConfig) + "MaxProtocol = TLSv1.2\n"); }},
    {"image.openssl.ciphers", [](const ImageTree& t) { edit(t, kConfig, "SECLEVEL=2", "SECLEVEL=1"); }},
    {"image.openssl.ciphersuites",
     [](const ImageTree& t) {
         t.write(kConfig, content(t, kConfig) + "Ciphersuites = TLS_AES_128_GCM_SHA256\n");
     }},
    {"image.openssl.options",
     [](const ImageTree& t) { t.write(kConfig, content(t, kConfig) + "Options = X\n"); }},
    {"image.openssl.fips", [](const ImageTree& t) { activate_provider(t, "fips"); }},
    {"image.openssl.legacy", [](const ImageTree& t) { activate_provider(t, "legacy"); }},
    {"image.timezone",
     [](const ImageTree& t) { t.link("/etc/localtime", "/usr/share/zoneinfo/Asia/Tokyo"); }},
    {"image.locale", [](const ImageTree& t) { t.write("/etc/default/locale", "LANG=de_DE.UTF-8\n"); }},
    {"image.nsswitch_hosts", [](const ImageTree& t) { t.write("/etc/nsswitch.conf", "hosts: dns files\n"); }},
    {"task.resolver.options", [](const ImageTree& t) { edit(t, "/etc/resolv.conf", "ndots:0", "ndots:5"); }},
    {"task.hosts",
     [](const ImageTree& t) { t.write("/etc/hosts", content(t, "/etc/hosts") + "10.9.9.9 db.internal\n"); }},
    {"task.kernel", [](const ImageTree& t) { t.write_proc("sys/kernel/osrelease", "5.10.1\n"); }},
    {"kernel.somaxconn", [](const ImageTree& t) { t.write_proc("sys/net/core/somaxconn", "128\n"); }},
    {"kernel.tcp_tw_reuse", [](const ImageTree& t) { t.write_proc("sys/net/ipv4/tcp_tw_reuse", "2\n"); }},
    {"task.read_only_root",
     [](const ImageTree& t) { t.write_proc("self/mounts", "overlay / overlay ro 0 0\n"); }},
};

TEST(ImageDifference, each_shows_in_one_fact) {
    const ImageTree plain;
    make_debian(plain);
    const auto before = plain.look();
    for (const auto& change : kChanges) {
        const ImageTree tree;
        make_debian(tree);
        change.make(tree);
        EXPECT_THAT(differing(before, tree.look()), ElementsAre(change.fact));
    }
}

TEST(ImageDifference, each_right_of_the_process_shows_in_one_fact) {
    const ImageTree plain;
    const auto before = plain.look();
    const std::vector<std::tuple<std::string_view, std::string_view, std::string_view>> changes{
        {"task.user", "Uid:\t1000\t1000", "Uid:\t0\t0"},
        {"task.capabilities", "CapEff:\t0000000000000000", "CapEff:\t0000000000000400"},
        {"task.no_new_privileges", "NoNewPrivs:\t1", "NoNewPrivs:\t0"},
        {"task.seccomp", "Seccomp:\t2", "Seccomp:\t0"},
    };
    const auto status = test::read_whole(plain.places().proc + "/self/status");
    for (const auto& [fact, from, to] : changes) {
        const ImageTree tree;
        tree.write_proc("self/status", replaced(status, from, to));
        EXPECT_THAT(differing(before, tree.look()), ElementsAre(fact));
    }
}

TEST(ImageDifference, what_does_not_matter_shows_in_none) {
    const ImageTree plain;
    make_debian(plain);
    const ImageTree other;
    make_debian(other);
    const auto bundle = content(other, kBundle);
    const auto second = bundle.find("-----BEGIN", 1);
    other.write(kBundle, "# again\n" + bundle.substr(second) + bundle.substr(0, second));
    other.write(kConfig, "# x\n\n" + replaced(content(other, kConfig), "MinProtocol = ", "  MinProtocol="));
    other.link("/etc/localtime", "/usr/share/zoneinfo/UTC");
    other.write("/etc/resolv.conf", "nameserver 10.9.0.2\nsearch other.internal\noptions ndots:0\n");
    other.write("/etc/hosts", "127.0.0.1 localhost\n10.7.7.7 ip-10-7-7-7.ec2.internal\n");
    edit(other, "/var/lib/dpkg/status", "the C library", "another text");
    EXPECT_THAT(differing(plain.look(), other.look()), IsEmpty());
}

TEST(ImageDifference, one_package_of_rpm_shows_in_one_fact_and_its_pages_name_it) {
    const ImageTree staging;
    const ImageTree production;
    make_amazon(staging);
    make_amazon(production);
    make_rpm_database(
        production.on_disk("/var/lib/rpm/rpmdb.sqlite"),
        {{"bash", "5.2.15-1.amzn2023.0.2", "x86_64"}, {"openssl-libs", "1:3.0.9-1.amzn2023", "x86_64"}});
    const auto a = staging.look();
    const auto b = production.look();
    EXPECT_THAT(differing(a, b), ElementsAre("image.packages"));
    const std::vector<std::string> first{value_of(a, "image.packages.list.0")};
    const std::vector<std::string> second{value_of(b, "image.packages.list.0")};
    const auto found = compare_lists(first, second);
    EXPECT_THAT(found.only_first, ElementsAre("openssl-libs 1:3.0.8-1.amzn2023"));
    EXPECT_THAT(found.only_second, ElementsAre("openssl-libs 1:3.0.9-1.amzn2023"));
}

}  // namespace
}  // namespace plumb::task::image
