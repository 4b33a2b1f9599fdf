#include "tests/lab/net/catalogue.hpp"

#include "base/file.hpp"
#include "tests/lab/net/log_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace plumb::lab {
namespace {

std::vector<std::filesystem::path> files_of(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const auto extension = entry.path().extension();
        if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

Catalogue read_catalogue(const std::string& folder) {
    Catalogue catalogue;
    const auto files = files_of(folder);
    std::set<std::string> names;
    if (files.empty()) catalogue.complaints.push_back(folder + ": no scenario (*.yaml, *.yml) there");
    for (const auto& file : files) {
        yaml::Complaints complaints;
        complaints.file = file.string();
        const auto text = read_file(file.string());
        if (!text) {
            catalogue.complaints.push_back(text.error().message);
            continue;
        }
        const auto name = file.stem().string();
        if (!is_scenario_name(name))
            complaints.add(1, "a scenario is called by its file: small letters, digits, - and _, as in " +
                                  std::string("tcp-drop.yaml; rename it"));
        if (!names.insert(name).second) complaints.add(1, "there are two scenarios of this name");
        catalogue.scenarios.push_back(parse_scenario(name, *text, complaints));
        catalogue.complaints.insert(catalogue.complaints.end(), complaints.lines.begin(),
                                    complaints.lines.end());
    }
    return catalogue;
}

plumb::Result<std::vector<const Scenario*>> choose(const Catalogue& catalogue,
                                                   const std::vector<std::string>& names, bool quick) {
    for (const auto& name : names) {
        const bool known = std::any_of(catalogue.scenarios.begin(), catalogue.scenarios.end(),
                                       [&](const auto& one) { return one.name == name; });
        if (!known) return Error{"no scenario '" + name + "'; --list shows them"};
    }
    std::vector<const Scenario*> chosen;
    for (const auto& one : catalogue.scenarios) {
        const bool named = names.empty() || std::find(names.begin(), names.end(), one.name) != names.end();
        if (named && (one.quick || !quick)) chosen.push_back(&one);
    }
    if (chosen.empty()) return Error{"no scenario is left to run"};
    return chosen;
}

}  // namespace plumb::lab
