#include "probes/task/image/packages.hpp"

#include "base/text.hpp"
#include "probes/task/image/lines.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostField = 200;  // bytes kept of a name or version
constexpr std::size_t kMostItem = 120;   // bytes of an item of the list

std::string field(std::string_view value) {
    return std::string(trim(value).substr(0, kMostField));
}

// One package under way, with what its stanza says beside its names.
class Stanzas {
  public:
    Package package;
    bool installed = true;

    void end() {
        if (installed && !package.name.empty() && packages_.size() < kMostPackages) {
            packages_.push_back(std::move(package));
        }
        package = {};
        installed = true;
    }
    bool full() const { return packages_.size() == kMostPackages; }
    std::vector<Package> take() {
        end();
        return std::move(packages_);
    }

  private:
    std::vector<Package> packages_;
};

// "install ok installed": wanted, flag, state.
bool says_installed(std::string_view status) {
    const auto parts = words(status, 4);
    return parts.size() == 3 && parts[2] == "installed";
}

}  // namespace

std::vector<Package> parse_dpkg(std::string_view text) {
    Stanzas stanzas;
    while (const auto line = take_line(text)) {
        if (stanzas.full()) break;
        if (line->empty()) {
            stanzas.end();
            continue;
        }
        const auto colon = line->find(':');
        if (colon == std::string_view::npos) continue;
        const auto key = line->substr(0, colon);
        const auto value = line->substr(colon + 1);
        if (key == "Package") stanzas.package.name = field(value);
        if (key == "Version") stanzas.package.version = field(value);
        if (key == "Architecture") stanzas.package.architecture = field(value);
        if (key == "Status") stanzas.installed = says_installed(value);
    }
    return stanzas.take();
}

std::vector<Package> parse_apk(std::string_view text) {
    Stanzas stanzas;
    while (const auto line = take_line(text)) {
        if (stanzas.full()) break;
        if (line->empty()) {
            stanzas.end();
            continue;
        }
        if (line->starts_with("P:")) stanzas.package.name = field(line->substr(2));
        if (line->starts_with("V:")) stanzas.package.version = field(line->substr(2));
        if (line->starts_with("A:")) stanzas.package.architecture = field(line->substr(2));
    }
    return stanzas.take();
}

std::vector<std::string> package_items(std::vector<Package> packages) {
    std::sort(packages.begin(), packages.end(), [](const Package& a, const Package& b) {
        return std::tie(a.name, a.architecture, a.version) < std::tie(b.name, b.architecture, b.version);
    });
    std::vector<std::string> items;
    items.reserve(packages.size());
    for (auto first = packages.begin(); first != packages.end();) {
        const auto end = std::find_if(first, packages.end(),
                                      [&first](const Package& other) { return other.name != first->name; });
        // Sorted by architecture within a name: two of them show at the ends.
        const bool several = first->architecture != std::prev(end)->architecture;
        for (; first != end; ++first) {
            auto text = first->name;
            if (several) text.append(1, ':').append(first->architecture);
            items.push_back(list_item(text.append(1, ' ').append(first->version), kMostItem));
        }
    }
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    return items;
}

}  // namespace plumb::task::image
