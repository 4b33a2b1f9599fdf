#include "tests/lab/net/injectors.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {

const std::vector<Injector>& injectors() {
    static const std::vector<Injector> all = [] {
        std::vector<Injector> made;
        for (auto part : {network_injectors(), name_injectors(), server_injectors(), client_injectors(),
                          task_injectors(), own_injectors()})
            made.insert(made.end(), part.begin(), part.end());
        return made;
    }();
    return all;
}

const Injector* find_injector(const std::string& name) {
    for (const auto& one : injectors()) {
        if (name == one.name) return &one;
    }
    return nullptr;
}

std::string option(const yaml::Reader& from, const char* key, const std::string& otherwise) {
    const auto value = from.get(key);
    return value ? value->text().value_or(otherwise) : otherwise;
}

long long option(const yaml::Reader& from, const char* key, long long otherwise, long long most) {
    const auto value = from.get(key);
    return value ? value->integer(1, most).value_or(otherwise) : otherwise;
}

std::chrono::nanoseconds option(const yaml::Reader& from, const char* key,
                                std::chrono::nanoseconds otherwise) {
    const auto value = from.get(key);
    return value ? value->duration(key).value_or(otherwise) : otherwise;
}

bool flag(const yaml::Reader& from, const char* key) {
    const auto value = from.get(key);
    return value && value->boolean().value_or(false);
}

std::vector<std::string> list(const yaml::Reader& from, const char* key) {
    const auto value = from.get(key);
    if (!value) return {};
    std::vector<std::string> texts;
    for (const auto& item : value->is_list() ? value->items() : std::vector{*value}) {
        if (auto text = item.text()) texts.push_back(std::move(*text));
    }
    return texts;
}

Labels labels_of(const yaml::Reader& from, const char* key) {
    Labels labels;
    const auto value = from.get(key);
    if (!value) return labels;
    if (!value->is_map()) value->complain("expected labels, as in {zone: b}");
    for (const auto& [name, label] : value->entries())
        labels[name] = label.text().value_or("");
    return labels;
}

std::string one_of(const yaml::Reader& from, const char* key, const std::vector<std::string>& words,
                   const std::string& otherwise) {
    const auto value = from.get(key);
    if (!value && !otherwise.empty()) return otherwise;
    const auto word = value ? value->text().value_or("") : "";
    if (std::find(words.begin(), words.end(), word) == words.end()) {
        (value ? *value : from).complain(fmt::format("{} is one of {}", key, fmt::join(words, ", ")));
    }
    return word;
}

std::vector<std::string> servers_in(const yaml::Reader& from, const char* key) {
    const auto names = list(from, key);
    if (names.empty()) from.complain(fmt::format("{} names one server or a list of them", key));
    const auto& known = server_names();
    for (const auto& name : names) {
        if (std::find(known.begin(), known.end(), name) == known.end())
            from.complain(fmt::format("no server '{}'; there are {}", name, fmt::join(known, ", ")));
    }
    return names;
}

}  // namespace plumb::lab
