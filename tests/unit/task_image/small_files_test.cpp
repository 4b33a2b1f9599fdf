#include "model/fact.hpp"
#include "probes/task/image/digest.hpp"
#include "probes/task/image/lines.hpp"
#include "probes/task/image/names.hpp"
#include "probes/task/image/os_release.hpp"
#include "probes/task/image/timezone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(OsRelease, names_the_distribution_with_two_parts_of_its_version) {
    const auto text = [](std::string_view file) { return os_text(parse_os_release(file)); };
    EXPECT_EQ(text("ID=debian\nVERSION_ID=\"12\"\n"), "debian 12");
    EXPECT_EQ(text("ID=alpine\r\nVERSION_ID='3.19.1'\r\n"), "alpine 3.19");
    EXPECT_EQ(text("ID=\"amzn\"\nVERSION_ID=\"2023\""), "amzn 2023");
    EXPECT_EQ(text("PRETTY_NAME=\"Distroless\"\nID=debian\nVERSION_ID=12\n"), "distroless debian 12");
    EXPECT_EQ(text("# ID=no\nID=arch\n"), "arch");
    EXPECT_EQ(text("ID\n=x\n"), "unknown");
}

TEST(OsRelease, escapes_what_a_terminal_would_obey) {
    EXPECT_EQ(parse_os_release("PRETTY_NAME=\"a\x1b[2J \\\"b\\\"\"").pretty_name, "a\\x1B[2J \"b\"");
}

TEST(Timezone, all_names_of_utc_are_one) {
    for (const auto* target : {"/usr/share/zoneinfo/Etc/UTC", "/usr/share/zoneinfo/UTC",
                               "../usr/share/zoneinfo/Zulu", "/usr/share/zoneinfo/posix/Etc/UCT"}) {
        EXPECT_EQ(zone_of_link(target), "UTC") << target;
    }
    EXPECT_EQ(zone_of_link("/usr/share/zoneinfo/Europe/Berlin"), "Europe/Berlin");
    EXPECT_EQ(zone_of_link("/data/zone"), "/data/zone");
}

TEST(Timezone, a_zone_file_is_told_by_its_rule) {
    EXPECT_EQ(zone_of_file("TZif2\0\0\nUTC0\n"s), "UTC");
    EXPECT_EQ(zone_of_file("TZif3....\nCET-1CEST,M3.5.0,M10.5.0/3\n"), "CET-1CEST,M3.5.0,M10.5.0/3");
    EXPECT_EQ(zone_of_file(""), "UTC");
    const auto first_version = "TZif\0no footer"s;
    EXPECT_EQ(zone_of_file(first_version), "zone file " + short_digest(first_version));
    EXPECT_EQ(zone_of_file("TZif2\n" + std::string(500, 'x') + "\n").substr(0, 10), "zone file ");
}

TEST(Resolver, options_are_sorted_and_the_last_of_a_name_holds) {
    EXPECT_EQ(resolver_options("options timeout:2 ndots:5\n; options rotate\noptions edns0 ndots:1 # x\n"),
              "edns0 ndots:1 timeout:2");
    EXPECT_EQ(resolver_options("nameserver 10.0.0.2\n"), "none");
    EXPECT_EQ(resolver_options(""), "none");
}

TEST(Hosts, what_the_runtime_wrote_is_left_out) {
    const auto hosts = extra_hosts(
        "127.0.0.1\tlocalhost localhost.localdomain\n"
        "::1 ip6-localhost\nfe00::0 ip6-localnet\n"
        "# 10.9.9.9 comment\n\n"
        "172.17.0.2\t4f3c2b1a0987\n"
        "10.0.1.5 IP-10-0-1-5.ec2.internal\n"
        "10.0.1.6 ip-10-0-1-6.ec2.internal\n",
        {"4f3c2b1a0987", "ip-10-0-1-5.ec2.internal"});
    EXPECT_EQ(hosts.entries, 0U);
    EXPECT_EQ(hosts_text(hosts), "none");
}

TEST(Hosts, other_entries_are_told_by_name) {
    EXPECT_EQ(hosts_text(extra_hosts("10.1.1.1 b.internal B\n10.1.1.2 a.internal # x\n", {})),
              "2 extra entries: a.internal, b, b.internal");
    EXPECT_EQ(hosts_text(extra_hosts("10.1.1.1 app.internal\n", {"app"})), "1 extra entry: app.internal");
    EXPECT_EQ(hosts_text(extra_hosts("127.255.0.1 api.staging\n2600:f0f0:0:0:0:0:0:1 api.staging\n", {})),
              "none")
        << "of Service Connect";
}

TEST(Nsswitch, the_line_of_hosts_is_single_spaced) {
    EXPECT_EQ(nsswitch_hosts("passwd: files\nhosts:\t files   dns # mdns\n"), "files dns");
    EXPECT_EQ(nsswitch_hosts("hosts:files dns [NOTFOUND=return]\n"), "files dns [NOTFOUND=return]");
    EXPECT_EQ(nsswitch_hosts("passwd: files\n"), "");
}

TEST(Locale, the_language_comes_first_and_what_departs_from_it_is_named) {
    EXPECT_EQ(locale_text("#  File generated\nLANG=\"C.UTF-8\"\n"), "C.UTF-8");
    EXPECT_EQ(locale_text("LC_TIME=de_DE\nLANG=C\nPATH=/bin\n"), "C LC_TIME=de_DE");
    EXPECT_EQ(locale_text("# nothing\n"), "");
}

TEST(Fitted, long_values_that_differ_at_their_end_stay_different) {
    const std::string shared(400, 'a');
    const auto first = fitted(shared + "1");
    const auto second = fitted(shared + "2");
    EXPECT_NE(first, second);
    EXPECT_LE(first.size(), kMaxFactValue);
    EXPECT_EQ(fitted("short"), "short");
    EXPECT_EQ(fitted(std::string(kMaxFactValue, 'a')), std::string(kMaxFactValue, 'a'));
}

TEST(Lines, are_taken_off_one_by_one) {
    std::string_view rest = "a\r\n\nb";
    std::vector<std::string> lines;
    while (const auto line = take_line(rest))
        lines.emplace_back(*line);
    EXPECT_THAT(lines, ElementsAre("a", "", "b"));
    EXPECT_THAT(words(" \t "), IsEmpty());
    EXPECT_THAT(words("a b c d", 2), ElementsAre("a", "b"));
}

TEST(Digest, is_sha_256) {
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(short_digest("abc"), "ba7816bf");
}

}  // namespace
}  // namespace plumb::task::image
