// Small images and a /proc beside them, written for a test.
#pragma once

#include "model/outcome.hpp"
#include "probes/task/places.hpp"
#include "tests/support/temp_dir.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

class ImageTree {
  public:
    ImageTree();

    // Below the image's root or below /proc; folders are made.
    void write(std::string_view path, std::string_view content) const;
    void link(std::string_view path, std::string_view target) const;
    void remove(std::string_view path) const;
    void pipe(std::string_view path) const;
    void write_proc(std::string_view path, std::string_view content) const;

    std::string root() const { return dir_.file("root"); }
    std::string on_disk(std::string_view path) const { return root() + std::string(path); }
    Places places() const;
    Outcome look() const;  // of a section of its own, at Depth::inspect

  private:
    test::TempDir dir_;
};

void make_debian(const ImageTree& tree);
void make_distroless(const ImageTree& tree);
void make_alpine(const ImageTree& tree);
void make_amazon(const ImageTree& tree);  // Amazon Linux 2023, with rpm's database

std::string value_of(const Outcome& outcome, std::string_view name);  // "(absent)" when it is not there
// The facts that are compared and differ or are on one side only, sorted by name.
std::vector<std::string> differing(const Outcome& a, const Outcome& b);
std::vector<std::string> listed_pages(const Outcome& outcome, std::string_view name);
// The items of all pages of a list in its full form.
std::vector<std::string> listed(const Outcome& outcome, std::string_view name);

}  // namespace plumb::task::image
