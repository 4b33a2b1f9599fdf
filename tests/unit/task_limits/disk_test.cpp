#include "probes/task/limits/disk.hpp"

#include "tests/unit/task_limits/tree.hpp"

namespace plumb::task::limits {
namespace {

std::vector<std::string> disks_in(std::string_view text) {
    return disks_of(parse_mounts(text));
}

TEST(TaskLimitsDisk, of_a_container_the_writable_disks_are_taken) {
    EXPECT_EQ(disks_in("overlay / overlay rw,relatime,lowerdir=/a:/b 0 0\n"
                       "proc /proc proc rw 0 0\n"
                       "tmpfs /dev tmpfs rw,size=65536k 0 0\n"
                       "shm /dev/shm tmpfs rw,size=65536k 0 0\n"
                       "sysfs /sys sysfs ro 0 0\n"
                       "tmpfs /proc/acpi tmpfs ro 0 0\n"
                       "/dev/nvme1n1 /etc/resolv.conf xfs rw 0 0\n"
                       "/dev/nvme1n1 /scratch xfs rw 0 0\n"
                       "/dev/nvme1n1 /managed-agents/execute-command xfs ro 0 0\n"
                       "fs-1.efs:/ /shared nfs4 rw,hard 0 0\n"),
              (std::vector<std::string>{"/", "/dev/shm", "/scratch"}));
}

TEST(TaskLimitsDisk, what_may_hang_is_not_touched_nor_what_is_mounted_below) {
    EXPECT_EQ(disks_in("overlay / overlay rw 0 0\n"
                       "a /nfs nfs4 rw 0 0\n"
                       "b /nfs/local ext4 rw 0 0\n"
                       "c /nfs-not ext4 rw 0 0\n"
                       "d /fuse fuse.s3fs rw 0 0\n"
                       "e /share cifs rw 0 0\n"
                       "f /host 9p rw 0 0\n"
                       "g /auto autofs rw 0 0\n"
                       "h /unheard whatfs rw 0 0\n"),
              (std::vector<std::string>{"/", "/nfs-not"}));
    EXPECT_EQ(disks_in("a / nfs4 rw 0 0\nb /data ext4 rw 0 0\n"), std::vector<std::string>{"/data"});
}

TEST(TaskLimitsDisk, the_last_of_several_mounts_at_one_point_counts) {
    EXPECT_EQ(disks_in("a /data ext4 rw 0 0\nb /data nfs4 rw 0 0\n"), std::vector<std::string>{});
    EXPECT_EQ(disks_in("a /data nfs4 rw 0 0\nb /data ext4 rw 0 0\n"), std::vector<std::string>{"/data"});
    EXPECT_EQ(disks_in("a / ext4 rw 0 0\nb / overlay ro 0 0\n"), std::vector<std::string>{});
}

TEST(TaskLimitsDisk, names_with_blanks_are_read_and_nonsense_is_not) {
    EXPECT_EQ(disks_in("a /my\\040data ext4 rw 0 0\nb \\04 ext4 rw\n\nc\nd relative ext4 rw\n"),
              std::vector<std::string>{"/my data"});
}

TEST(TaskLimitsDisk, there_are_at_most_eight_and_the_root_is_one) {
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text += "a /d" + std::to_string(i) + " ext4 rw 0 0\n";
    EXPECT_EQ(parse_mounts(text).size(), kMaxMounts);
    EXPECT_EQ(disks_in(text).size(), kMaxDisks);
    EXPECT_EQ(disks_in("a /d ext4 rw 0 0\n" + std::string("b / overlay rw 0 0\n")).front(), "/");
}

TEST(TaskLimitsDisk, of_another_image_the_mounts_of_its_process_are_read) {
    const Tree tree;
    tree.proc("7/mounts", "overlay / overlay rw 0 0\n");
    tree.proc("7/root/etc/hostname", "x");
    auto places = tree.places();
    places.root = places.proc + "/7/root";
    const auto look = look_with(*make_limits(places));
    const auto& disk = gauge_of(look, "task.disk");
    EXPECT_GT(disk.value, 0);
    EXPECT_GT(disk.limit.value_or(0), disk.value);
    EXPECT_TRUE(disk.refuses_at_limit);
    places.root = tree.dir.file("elsewhere");
    EXPECT_EQ(look_with(*make_limits(places)).evidence.find_gauge("task.disk"), nullptr);
}

}  // namespace
}  // namespace plumb::task::limits
