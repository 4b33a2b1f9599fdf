#include "model/cause.hpp"

#include "base/text.hpp"
#include "model/causes/common.hpp"
#include "model/causes/grpc.hpp"
#include "model/causes/http.hpp"
#include "model/causes/network.hpp"
#include "model/causes/postgres.hpp"
#include "model/causes/redis.hpp"
#include "model/causes/task.hpp"
#include "model/causes/tls.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace plumb {
namespace {

constexpr std::size_t kCauses = static_cast<std::size_t>(Cause::unknown) + 1;

constexpr std::array<std::span<const CauseInfo>, 12> kParts{
    causes::kDns,   causes::kTcp,  causes::kTls,   causes::kHttp,     causes::kGrpc, causes::kPostgres,
    causes::kRedis, causes::kPeer, causes::kLocal, causes::kFindings, causes::kTask, causes::kUnknown,
};

constexpr std::size_t count_entries() {
    std::size_t count = 0;
    for (const auto part : kParts)
        count += part.size();
    return count;
}
static_assert(count_entries() == kCauses, "a cause lacks its entry in the table, or stands in it twice");

constexpr std::array<CauseInfo, kCauses> join_parts() {
    std::array<CauseInfo, kCauses> table{};
    std::size_t next = 0;
    for (const auto part : kParts) {
        for (const CauseInfo& info : part)
            table[next++] = info;
    }
    return table;
}

constexpr std::array<CauseInfo, kCauses> kTable = join_parts();

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < kCauses; ++i) {
        if (kTable[i].cause != static_cast<Cause>(i)) return false;
    }
    return true;
}
static_assert(in_enum_order(), "the table of causes does not follow the order of the enum");

constexpr std::array<std::pair<Category, std::string_view>, 4> kCategories{{
    {Category::drift, "drift"},
    {Category::saturation, "saturation"},
    {Category::exhaustion, "exhaustion"},
    {Category::health, "health"},
}};

bool has_alias(const CauseInfo& info, std::string_view word) {
    const auto aliases = split(info.aliases, ' ');
    return std::any_of(aliases.begin(), aliases.end(),
                       [word](std::string_view alias) { return equals_ignore_case(alias, word); });
}

}  // namespace

std::string_view to_string(Category category) {
    for (const auto& [value, name] : kCategories) {
        if (value == category) return name;
    }
    return "drift";
}

std::optional<Category> parse_category(std::string_view text) {
    for (const auto& [value, name] : kCategories) {
        if (name == text) return value;
    }
    return std::nullopt;
}

std::span<const CauseInfo> all_causes() {
    return kTable;
}

const CauseInfo& cause_info(Cause cause) {
    const auto index = static_cast<std::size_t>(cause);
    return index < kTable.size() ? kTable[index] : kTable.back();
}

std::string_view to_string(Cause cause) {
    return cause_info(cause).code;
}

std::optional<Cause> parse_cause(std::string_view code) {
    for (const CauseInfo& info : kTable) {
        if (info.code == code) return info.cause;
    }
    return std::nullopt;
}

std::vector<const CauseInfo*> find_causes(std::string_view word) {
    word = trim(word);
    std::vector<const CauseInfo*> found;
    if (word.empty()) return found;
    for (const CauseInfo& info : kTable) {
        if (equals_ignore_case(info.code, word)) return {&info};
        if (has_alias(info, word)) found.push_back(&info);
    }
    return found;
}

}  // namespace plumb
