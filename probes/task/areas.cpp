#include "probes/task/areas.hpp"

#include "base/file.hpp"
#include "model/sources.hpp"
#include "probes/task/facts.hpp"
#include "probes/task/image/image.hpp"
#include "probes/task/limits/limits.hpp"
#include "probes/task/variables/facts.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMostAddresses = 16;  // of one dependency
constexpr std::uint64_t kMostAge = 60;      // runs that have not met an address: then it is an old one
constexpr std::size_t kMostEnviron = 1 << 20;

// Of "10.0.1.7:5432", "[2001:db8::1]:443".
std::string host_of(const std::string& endpoint) {
    auto host = endpoint.substr(0, endpoint.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return host;
}

std::string named(const std::string& container, std::string_view otherwise) {
    return container.empty() ? std::string(otherwise) : fmt::format("container {}", container);
}

}  // namespace

void KnownTargets::seen(const std::string& dependency, std::uint16_t port,
                        const std::vector<Attempt>& attempts) {
    const std::lock_guard lock(mutex_);
    auto& target = by_name_[dependency];
    target.port = port;
    // As long as the name leads nowhere, what it led to last is all that is known of it.
    if (attempts.empty()) return;
    ++target.runs;
    auto& known = target.addresses;
    for (const auto& attempt : attempts) {
        auto host = host_of(attempt.address);
        if (host.empty()) continue;
        std::erase_if(known, [&host](const Address& each) { return each.host == host; });
        known.push_back({std::move(host), target.runs});
        if (known.size() > kMostAddresses) known.erase(known.begin());
    }
    std::erase_if(known, [&target](const Address& each) { return target.runs - each.seen > kMostAge; });
}

std::vector<SocketTarget> KnownTargets::all() {
    const std::lock_guard lock(mutex_);
    std::vector<SocketTarget> out;
    for (const auto& [name, target] : by_name_) {
        SocketTarget& each = out.emplace_back();
        each.dependency = name;
        each.port = target.port;
        for (const auto& address : target.addresses)
            each.addresses.push_back(address.host);
    }
    return out;
}

Areas::Areas(Places places, VariableSettings variables, std::function<std::vector<Variable>()> own_variables,
             std::shared_ptr<KnownTargets> targets)
    : places_(std::move(places)), own_variables_(std::move(own_variables)), limits_(make_limits(places_)) {
    SocketSettings sockets;
    sockets.places = places_;
    sockets.self = ::getpid();
    sockets.targets = [targets = std::move(targets)] { return targets->all(); };
    sockets_ = make_sockets(std::move(sockets));
    variables_ = make_variables(
        std::move(variables), [this] { return environment_; }, [this] { return place_; });
}

bool Areas::look(const About& about, Depth depth, Look& out) {
    limits_->look(out, depth);
    sockets_->look(out, depth);
    if (depth == Depth::inspect || !from_known_) from_ = sources(about);
    from_known_ = true;
    if (depth == Depth::inspect) inspect(about, out);
    return from_.others_seen;
}

Areas::Sources Areas::sources(const About& about) const {
    Sources out;
    out.root = places_.root;
    out.of_the_app = about.container == OwnContainer::of_the_app;
    out.words = named(about.own, "this container");
    if (out.of_the_app) return out;
    const auto app = find_app_process(places_, ::getpid(), about.app_id);
    out.others_seen = app && !app->own_container;
    if (!out.others_seen) return out;
    const auto folder = fmt::format("{}/{}", places_.proc, app->pid);
    const bool readable = ::access((folder + "/root/").c_str(), R_OK | X_OK) == 0 &&
                          ::access((folder + "/environ").c_str(), R_OK) == 0;
    if (!readable) return out;
    out.root = folder + "/root";
    out.process = app->pid;
    out.of_the_app = true;
    out.words = named(about.app, "another container") + ", through its process";
    return out;
}

void Areas::inspect(const About& about, Look& out) {
    if (!image_ || image_root_ != from_.root) {
        auto of_app = places_;
        of_app.root = image_root_ = from_.root;
        image_ = make_image(of_app, [this](std::string_view name) { return variable(name); });
    }
    place_ = about.place;
    const auto why_not = fmt::format(
        "{}{} is not to be seen from {}; a shared process namespace (pidMode: task) shows it, where its "
        "user may be read",
        kUnseen, named(about.app, "the app's container"), named(about.own, "here"));
    const auto& words = from_.of_the_app ? from_.words : why_not;
    out.evidence.fact(kImageFrom, words);
    if (from_.of_the_app) environment_ = read_variables();
    // A program that sets its title may write it over its variables (nginx, gunicorn, Puma): that they are
    // not there to be read does not mean that they were not given.
    const bool wiped = from_.process && environment_.empty();
    out.evidence.fact(kVariablesFrom,
                      wiped ? fmt::format("{}process {} of {} shows none: it has written its title over them",
                                          kUnseen, *from_.process, named(about.app, "the app's container"))
                            : words);
    look_at_image(out);
    if (from_.of_the_app && !wiped) variables_->look(out, Depth::inspect);
    environment_.clear();
}

// The image comes before the variables: those may be many.
void Areas::look_at_image(Look& out) {
    image_->look(out, Depth::inspect);
    if (from_.of_the_app) return;
    std::erase_if(out.evidence.facts, [](const Fact& fact) { return of_one_container(fact.name); });
}

std::vector<Variable> Areas::read_variables() const {
    if (!from_.process) return own_variables_();
    auto text = read_file(fmt::format("{}/{}/environ", places_.proc, *from_.process), kMostEnviron);
    if (!text) return {};
    const Secret kept{*std::move(text)};
    return parse_environ(kept.reveal());
}

std::optional<std::string> Areas::variable(std::string_view name) const {
    const auto found = std::find_if(environment_.begin(), environment_.end(),
                                    [name](const Variable& each) { return each.name == name; });
    if (found == environment_.end()) return std::nullopt;
    return std::string(found->value.reveal());
}

}  // namespace plumb::task
