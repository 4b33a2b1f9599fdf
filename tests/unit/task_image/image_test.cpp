#include "probes/task/image/image.hpp"

#include "model/fact_list.hpp"
#include "probes/task/fact_room.hpp"
#include "probes/task/image/describe.hpp"
#include "probes/task/image/digest.hpp"
#include "tests/support/certificates.hpp"
#include "tests/unit/task_image/image_tree.hpp"
#include "tests/unit/task_image/rpm_maker.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

TEST(Image, debian_tells_itself) {
    const ImageTree tree;
    make_debian(tree);
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.os"), "debian 12");
    EXPECT_EQ(value_of(told, "image.os_name"), "Debian GNU/Linux 12 (bookworm)");
    EXPECT_EQ(value_of(told, "image.libc"), "glibc 2.36");
    EXPECT_EQ(value_of(told, "image.openssl"), "3.0.17");
    EXPECT_EQ(value_of(told, "image.package_manager"), "dpkg");
    EXPECT_THAT(value_of(told, "image.packages"), MatchesRegex("2 packages, [0-9a-f]{8}"));
    EXPECT_THAT(listed(told, "image.packages"), ElementsAre("libc6 2.36-9+deb12u13", "tzdata 2025b-0"));
    EXPECT_THAT(value_of(told, "image.ca_bundle"), MatchesRegex("2 authorities, [0-9a-f]{8}"));
    EXPECT_EQ(value_of(told, "image.ca_bundle_file"), "/etc/ssl/certs/ca-certificates.crt");
    EXPECT_EQ(value_of(told, "image.ca_expired"), "0");
    EXPECT_THAT(listed(told, "image.ca_bundle"),
                ElementsAre(MatchesRegex("First Root \\[[0-9a-f]{8}\\]"), StartsWith("Second Root [")));
    EXPECT_EQ(value_of(told, "image.openssl.min_protocol"), "TLSv1.2");
    EXPECT_EQ(value_of(told, "image.openssl.ciphers"), "DEFAULT@SECLEVEL=2");
    EXPECT_EQ(value_of(told, "image.openssl.fips"), "(absent)");
    EXPECT_EQ(value_of(told, "image.timezone"), "UTC");
    EXPECT_EQ(value_of(told, "image.locale"), "C.UTF-8");
    EXPECT_EQ(value_of(told, "image.nsswitch_hosts"), "files dns");
    EXPECT_EQ(value_of(told, "task.resolver.options"), "ndots:0");
    EXPECT_EQ(value_of(told, "task.resolver.search"), "1: ec2.internal");
    EXPECT_EQ(value_of(told, "task.resolver.servers"), "10.0.0.2");
    EXPECT_EQ(value_of(told, "task.hosts"), "none");
    EXPECT_THAT(undeclared(image_catalog(), told), IsEmpty());
}

TEST(Image, the_kernel_and_the_process_are_told) {
    const ImageTree tree;
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "task.kernel"), "6.1.102-111.187.amzn2023.x86_64");
    EXPECT_EQ(value_of(told, "kernel.somaxconn"), "4096");
    EXPECT_EQ(value_of(told, "kernel.ip_local_port_range"), "32768 60999");
    EXPECT_EQ(value_of(told, "kernel.tcp_tw_reuse"), "(absent)");
    EXPECT_EQ(value_of(told, "task.user"), "uid 1000 gid 1000");
    EXPECT_EQ(value_of(told, "task.capabilities"), "none");
    EXPECT_EQ(value_of(told, "task.no_new_privileges"), "yes");
    EXPECT_EQ(value_of(told, "task.seccomp"), "filter");
    EXPECT_EQ(value_of(told, "task.read_only_root"), "no");
}

TEST(Image, the_root_of_another_container_brings_its_process_along) {
    const ImageTree tree;
    tree.write_proc("77/status", "Uid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\n");
    tree.write_proc("77/mounts", "overlay / overlay ro 0 0\n");
    tree.write_proc("77/root/etc/os-release", "ID=alpine\nVERSION_ID=3.20.0\n");
    auto places = tree.places();
    places.root = places.proc + "/77/root";
    Look look;
    make_image(places)->look(look, Depth::inspect);
    EXPECT_EQ(value_of(look.evidence, "task.user"), "uid 5 gid 6");
    EXPECT_EQ(value_of(look.evidence, "task.read_only_root"), "yes");
    EXPECT_EQ(value_of(look.evidence, "image.os"), "alpine 3.20");
}

TEST(Image, alpine_tells_itself) {
    const ImageTree tree;
    make_alpine(tree);
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.os"), "alpine 3.19");
    EXPECT_EQ(value_of(told, "image.libc"), "musl 1.2.4");
    EXPECT_EQ(value_of(told, "image.package_manager"), "apk");
    EXPECT_THAT(listed(told, "image.packages"),
                ElementsAre("busybox 1.36.1-r15", "musl 1.2.4_git20230717-r4"));
    EXPECT_EQ(value_of(told, "image.timezone"), "UTC");
    EXPECT_EQ(value_of(told, "image.locale"), "none");
    EXPECT_EQ(value_of(told, "image.openssl_config"), "none");
}

TEST(Image, distroless_tells_itself) {
    const ImageTree tree;
    make_distroless(tree);
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.os"), "distroless debian 12");
    EXPECT_EQ(value_of(told, "image.package_manager"), "dpkg");
    EXPECT_THAT(listed(told, "image.packages"), ElementsAre("base-files 12.4", "tzdata 2025b-0"));
    EXPECT_EQ(value_of(told, "image.libc"), "none");
}

TEST(Image, amazon_linux_tells_itself) {
    const ImageTree tree;
    make_amazon(tree);
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.os"), "amzn 2023");
    EXPECT_EQ(value_of(told, "image.libc"), "glibc 2.34");
    EXPECT_EQ(value_of(told, "image.package_manager"), "rpm");
    EXPECT_THAT(listed(told, "image.packages"),
                ElementsAre("bash 5.2.15-1.amzn2023.0.2", "openssl-libs 1:3.0.8-1.amzn2023"));
    EXPECT_THAT(value_of(told, "image.ca_bundle"), StartsWith("2 authorities, "));
    EXPECT_EQ(value_of(told, "image.openssl.min_protocol"), "TLSv1.2");
    EXPECT_EQ(value_of(told, "image.openssl.ciphers"), "@SECLEVEL=2:kEECDH");
}

TEST(Image, amazon_linux_2_tells_its_packages) {
    const ImageTree tree;
    make_berkeley_rpm_database(
        tree.on_disk("/var/lib/rpm/Packages"),
        {{"openssl-libs", "1:1.0.2k-24.amzn2.0.14", "x86_64"}, {"bash", "4.2.46-34.amzn2", "x86_64"}});
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.package_manager"), "rpm");
    EXPECT_THAT(listed(told, "image.packages"),
                ElementsAre("bash 4.2.46-34.amzn2", "openssl-libs 1:1.0.2k-24.amzn2.0.14"));
}

TEST(Image, another_rpm_database_is_only_digested) {
    for (const char* name : {"/var/lib/rpm/Packages", "/usr/lib/sysimage/rpm/Packages.db"}) {
        const ImageTree tree;
        tree.write(name, std::string(10'000, 'b'));
        const auto told = tree.look();
        EXPECT_THAT(value_of(told, "image.packages"), MatchesRegex("rpm database [0-9a-f]{8}"));
        EXPECT_THAT(listed(told, "image.packages"), IsEmpty());
    }
}

TEST(Image, a_damaged_rpm_database_is_only_digested) {
    const ImageTree tree;
    make_amazon(tree);
    const auto path = tree.on_disk("/var/lib/rpm/rpmdb.sqlite");
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    EXPECT_THAT(value_of(tree.look(), "image.packages"), MatchesRegex("rpm database [0-9a-f]{8}"));
}

TEST(Image, scratch_has_nothing) {
    const auto told = ImageTree().look();
    for (const auto* name : {"image.os", "image.libc", "image.packages", "image.ca_bundle",
                             "image.openssl_config", "image.locale", "task.hosts"}) {
        EXPECT_EQ(value_of(told, name), "none") << name;
    }
    EXPECT_EQ(value_of(told, "image.timezone"), "UTC");
    EXPECT_EQ(value_of(told, "task.resolver.options"), "(absent)");
}

TEST(Image, an_image_that_cannot_be_opened_tells_nothing_of_itself) {
    const ImageTree tree;
    auto places = tree.places();
    places.root = tree.root() + "/nowhere";
    places.proc = tree.root() + "/nowhere";
    Look look;
    make_image(places)->look(look, Depth::inspect);
    EXPECT_THAT(look.evidence.facts, IsEmpty());
}

TEST(Image, only_an_inspection_says_anything) {
    const ImageTree tree;
    make_debian(tree);
    const auto section = make_image(tree.places());
    for (const auto depth : {Depth::connect, Depth::login}) {
        Look look;
        section->look(look, depth);
        EXPECT_THAT(look.evidence.facts, IsEmpty());
        EXPECT_THAT(look.evidence.gauges, IsEmpty());
        EXPECT_THAT(look.checks, IsEmpty());
    }
}

TEST(Image, a_later_look_sees_what_changed) {
    const ImageTree tree;
    make_debian(tree);
    const auto section = make_image(tree.places());
    const auto look_again = [&section] {
        Look look;
        section->look(look, Depth::inspect);
        return look.evidence;
    };
    const auto first = look_again();
    EXPECT_EQ(first.facts, look_again().facts);
    tree.write("/etc/resolv.conf", "nameserver 10.0.0.2\nsearch ec2.internal\noptions ndots:0 timeout:1\n");
    EXPECT_THAT(differing(first, look_again()), ElementsAre("task.resolver.options"));
    tree.write_proc("sys/net/core/somaxconn", "128\n");
    EXPECT_THAT(differing(first, look_again()), ElementsAre("kernel.somaxconn", "task.resolver.options"));
}

TEST(Image, pipes_loops_and_huge_files_neither_hold_it_up_nor_speak) {
    const ImageTree tree;
    make_debian(tree);
    for (const auto* path : {"/etc/os-release", "/etc/hosts", "/etc/hostname", "/etc/nsswitch.conf",
                             "/etc/default/locale", "/etc/localtime", "/lib/x86_64-linux-gnu/libc.so.6"}) {
        tree.pipe(path);
    }
    tree.link("/etc/resolv.conf", "/etc/resolv.conf");
    tree.link("/etc/ssl/openssl.cnf", "../ssl/openssl.cnf");
    for (const auto* path : {"/var/lib/dpkg/status", "/etc/ssl/certs/ca-certificates.crt",
                             "/usr/lib/x86_64-linux-gnu/libcrypto.so.3"}) {
        std::filesystem::resize_file(tree.on_disk(path), std::uintmax_t{1} << 30U);
    }
    const auto told = tree.look();
    for (const auto* name :
         {"image.os", "task.hosts", "image.nsswitch_hosts", "image.locale", "image.timezone",
          "task.resolver.options", "image.openssl_config", "image.ca_bundle"}) {
        EXPECT_EQ(value_of(told, name), "(absent)") << name;
    }
    EXPECT_EQ(value_of(told, "image.libc"), "none");
    EXPECT_EQ(value_of(told, "image.openssl"), "3.0.17");
    EXPECT_THAT(value_of(told, "image.packages"), StartsWith("dpkg database "));
}

TEST(Image, expired_authorities_are_counted) {
    const ImageTree tree;
    test::CertificateSpec spec;
    spec.valid_from_days = -20;
    spec.valid_until_days = -2;
    tree.write("/etc/ssl/cert.pem",
               test::self_signed(spec).certificate + test::Authority("Root").certificate());
    const auto told = tree.look();
    EXPECT_EQ(value_of(told, "image.ca_expired"), "1");
    EXPECT_THAT(value_of(told, "image.ca_bundle"), StartsWith("2 authorities, "));
}

TEST(Image, a_zone_without_its_file_says_so) {
    const ImageTree tree;
    tree.link("/etc/localtime", "/usr/share/zoneinfo/Europe/Berlin");
    EXPECT_EQ(value_of(tree.look(), "image.timezone"), "Europe/Berlin (its zone file is missing)");
    tree.write("/usr/share/zoneinfo/Europe/Berlin", "TZif2\n\nCET-1CEST,M3.5.0,M10.5.0/3\n");
    EXPECT_EQ(value_of(tree.look(), "image.timezone"), "Europe/Berlin");
    tree.link("/etc/localtime", "/usr/share/zoneinfo/UTC");
    EXPECT_EQ(value_of(tree.look(), "image.timezone"), "UTC");
}

TEST(Image, the_packages_of_a_whole_system_are_all_named) {
    const ImageTree tree;
    std::string status;
    for (int i = 0; i < 850; ++i)
        status += "Package: libpackage" + std::to_string(i) + "-dev\nVersion: 1:1.2.3-4+deb12u1\n\n";
    tree.write("/var/lib/dpkg/status", status);
    const auto told = tree.look();
    EXPECT_THAT(value_of(told, "image.packages.list.0"), StartsWith("~0libpackage0-dev~"));
    EXPECT_THAT(names_on(listed_pages(told, "image.packages")).names, SizeIs(850));
}

// With as many packages and authorities as an image may have, nothing that is compared is lost, and the
// variables and the other areas find their room.
TEST(Image, pages_leave_room_for_other_facts) {
    const ImageTree tree;
    make_debian(tree);
    std::string status;
    for (int i = 10'000; i < 15'000; ++i)
        status += "Package: a-package-" + std::to_string(i) + "\nVersion: 1.2.3\n\n";
    tree.write("/var/lib/dpkg/status", status);
    ImageEvidence image;
    image.ca_bundle.emplace();
    image.ca_bundle->path = "x";
    for (int i = 0; i < 2000; ++i) {
        const auto fingerprint = sha256(std::to_string(i));
        image.ca_bundle->authorities.certificates.push_back(
            {fingerprint, "Authority " + hex(fingerprint), {}});
    }
    auto told = tree.look();
    describe_image(image, 0, told);
    EXPECT_THAT(value_of(told, "image.packages"), StartsWith("5000 packages, "));
    EXPECT_THAT(listed_pages(told, "image.packages"), SizeIs(kPackagePages));
    EXPECT_THAT(listed_pages(told, "image.packages").back(), HasSubstr(";…"));
    EXPECT_THAT(listed_pages(told, "image.ca_bundle"), SizeIs(kAuthorityPages));
    const auto pages = kPackagePages + kAuthorityPages;
    EXPECT_LE(told.facts.size(), kRoomOfImage + pages);
    EXPECT_LE(image_catalog().facts.size(), kRoomOfImage);
    const auto first_page = std::find_if(told.facts.begin(), told.facts.end(),
                                         [](const Fact& fact) { return is_list_page(fact.name); });
    EXPECT_TRUE(
        std::all_of(first_page, told.facts.end(), [](const Fact& fact) { return is_list_page(fact.name); }));
}

// What the variables of the app say, which a test may change between two looks.
class ByVariable : public testing::Test {
  protected:
    ByVariable() {
        make_debian(tree);
        section = make_image(tree.places(), [this](std::string_view name) -> std::optional<std::string> {
            const auto at = variables.find(name);
            return at == variables.end() ? std::nullopt : std::optional(at->second);
        });
    }
    std::string told(std::string_view name) {
        Look look;
        section->look(look, Depth::inspect);
        EXPECT_THAT(undeclared(image_catalog(), look.evidence), IsEmpty());
        return value_of(look.evidence, name);
    }

    ImageTree tree;
    std::map<std::string, std::string, std::less<>> variables;
    std::unique_ptr<Section> section;
};

TEST_F(ByVariable, the_time_zone_goes_before_the_image_and_is_read_again) {
    EXPECT_EQ(told("image.timezone"), "UTC");
    tree.write("/usr/share/zoneinfo/Europe/Paris", "TZif2");
    for (const auto* zone : {"Europe/Paris", ":Europe/Paris", "/usr/share/zoneinfo/Europe/Paris"}) {
        variables["TZ"] = zone;
        EXPECT_EQ(told("image.timezone"), "Europe/Paris") << zone;
    }
    const std::vector<std::pair<std::string, std::string>> others{
        {"Asia/Tokyo", "Asia/Tokyo (its zone file is missing)"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0/3"},
        {"<+03>-3", "<+03>-3"},
        {"EST5EDT", "EST5EDT"},
        {"Etc/UTC", "UTC"},
        {"", "UTC"},
        {"hunter2", "set by variable"},
        {"/run/hunter2", "set by variable"},
        {"hunter/Paris", "set by variable"},
        {"../Europe/Paris", "set by variable"},
    };
    for (const auto& [value, zone] : others) {
        variables["TZ"] = value;
        EXPECT_EQ(told("image.timezone"), zone) << value;
    }
    variables.clear();
    EXPECT_EQ(told("image.timezone"), "UTC");
}

TEST_F(ByVariable, the_locale_goes_before_the_image) {
    EXPECT_EQ(told("image.locale"), "C.UTF-8");
    variables["LANG"] = "en_US.utf8";
    EXPECT_EQ(told("image.locale"), "en_US.UTF-8");
    variables["LC_CTYPE"] = "de_DE.ISO-8859-1";
    EXPECT_EQ(told("image.locale"), "en_US.UTF-8 LC_CTYPE=de_DE.ISO-8859-1");
    variables["LC_ALL"] = "POSIX";
    EXPECT_EQ(told("image.locale"), "POSIX");
    for (const auto* value : {"hunter2", "en_US.hunter2", "en_US@hunter2", "C.hunter2"}) {
        variables["LC_ALL"] = value;
        EXPECT_EQ(told("image.locale"), "set by variable") << value;
    }
}

TEST_F(ByVariable, the_trusted_authorities_are_those_it_names) {
    EXPECT_THAT(told("image.ca_bundle"), StartsWith("2 authorities, "));
    const auto third = test::Authority("Third").certificate();
    tree.write("/app/hunter2.pem", third);
    variables["SSL_CERT_FILE"] = "/app/hunter2.pem";
    const auto alone = told("image.ca_bundle");
    EXPECT_THAT(alone, StartsWith("1 authority, "));
    EXPECT_EQ(told("image.ca_bundle_file"), "set by SSL_CERT_FILE");
    tree.write("/app/hunter2.pem", third + test::Authority("Fourth").certificate());
    EXPECT_THAT(told("image.ca_bundle"), StartsWith("2 authorities, "));
    variables["SSL_CERT_FILE"] = "/app/nowhere.pem";
    EXPECT_THAT(told("image.ca_bundle"), StartsWith("0 authorities, "));
    variables.clear();
    tree.write("/app/more/third.pem", third);
    variables["SSL_CERT_DIR"] = "/app/none:/app/more";
    EXPECT_THAT(told("image.ca_bundle"), StartsWith("3 authorities, "));
    EXPECT_THAT(told("image.ca_bundle_file"), HasSubstr("folders of SSL_CERT_DIR"));
}

TEST_F(ByVariable, authorities_of_single_runtimes_are_counted) {
    EXPECT_EQ(told("image.extra_ca"), "(absent)");
    tree.write("/app/hunter2.pem", test::Authority("Third").certificate());
    variables["NODE_EXTRA_CA_CERTS"] = "/app/hunter2.pem";
    variables["REQUESTS_CA_BUNDLE"] = "/app/nowhere.pem";
    EXPECT_THAT(told("image.extra_ca"), MatchesRegex("NODE_EXTRA_CA_CERTS: 1 authority, [0-9a-f]{8}; "
                                                     "REQUESTS_CA_BUNDLE: no such file"));
}

}  // namespace
}  // namespace plumb::task::image
