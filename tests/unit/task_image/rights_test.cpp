#include "probes/task/image/rights.hpp"

#include <gtest/gtest.h>

namespace plumb::task::image {
namespace {

constexpr unsigned kLast = 40;
constexpr std::uint64_t kEvery = (std::uint64_t{1} << (kLast + 1)) - 1;

TEST(Rights, are_read_from_the_status_of_a_process) {
    const auto rights = parse_status(
        "Name:\tapp\nUid:\t0\t1000\t0\t0\nGid:\t0\t100\t0\t0\n"
        "CapInh:\t0000000000000001\nCapEff:\t00000000a80425fb\n"
        "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    EXPECT_EQ(rights.user, 1000U);
    EXPECT_EQ(rights.group, 100U);
    EXPECT_EQ(rights.capabilities, 0xa80425fbU);
    EXPECT_EQ(rights.no_new_privileges, true);
    EXPECT_EQ(rights.seccomp, 2U);
}

TEST(Rights, what_is_no_number_is_not_there) {
    const auto rights = parse_status("Uid:\t0\tx\nGid:\nCapEff:\tzz\nSeccomp:\t-1\n");
    EXPECT_FALSE(rights.user || rights.group || rights.capabilities || rights.seccomp);
    EXPECT_FALSE(rights.no_new_privileges);
}

TEST(Rights, capabilities_have_names) {
    EXPECT_EQ(capabilities_text(0, kLast), "none");
    EXPECT_EQ(capabilities_text(kEvery, kLast), "all");
    EXPECT_EQ(capabilities_text(kEvery, 37), "all");
    EXPECT_EQ(capabilities_text(std::uint64_t{1} << 10U, kLast), "net_bind_service");
    EXPECT_EQ(capabilities_text(kEvery & ~(std::uint64_t{1} << 21U), kLast), "all but sys_admin");
    // What a container runtime gives by itself.
    EXPECT_EQ(capabilities_text(0xa80425fb, kLast),
              "audit_write chown dac_override fowner fsetid kill mknod net_bind_service net_raw setfcap "
              "setgid setpcap setuid sys_chroot");
    EXPECT_EQ(capabilities_text(std::uint64_t{1} << 63U, 63), "cap_63");
}

TEST(Rights, the_root_that_is_seen_is_the_last_one_mounted) {
    EXPECT_EQ(root_is_read_only("rootfs / rootfs ro 0 0\noverlay / overlay rw,relatime 0 0\n"), false);
    EXPECT_EQ(root_is_read_only("overlay / overlay ro,relatime 0 0\nproc /proc proc rw 0 0\n"), true);
    EXPECT_EQ(root_is_read_only("overlay / overlay rw,errors=remount-ro 0 0\n"), false);
    EXPECT_EQ(root_is_read_only("proc /proc proc rw 0 0\n/\n"), std::nullopt);
}

}  // namespace
}  // namespace plumb::task::image
