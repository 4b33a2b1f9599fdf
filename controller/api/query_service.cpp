#include "controller/api/query_service.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "controller/access/bearer.hpp"
#include "controller/api/compare.hpp"
#include "controller/api/floor.hpp"
#include "controller/api/report_proto.hpp"
#include "controller/judge/policy/policy_yaml.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace plumb::api {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kThreads = 2;
constexpr std::size_t kWaiting = 64;
constexpr std::size_t kMaxSelector = 4096;
constexpr milliseconds kDefaultSince = std::chrono::minutes(15);
constexpr milliseconds kMaxSince = std::chrono::hours(24 * 90);

// A status travels in a header, which takes 8 KiB and most characters three times over.
constexpr std::size_t kMaxStatus = 2048;

grpc::Status wrong(std::string message) {
    if (message.size() > kMaxStatus) {
        message.resize(message.rfind('\n', kMaxStatus) == std::string::npos
                           ? kMaxStatus
                           : message.rfind('\n', kMaxStatus));
        message += "\nand more";
    }
    return {grpc::StatusCode::INVALID_ARGUMENT, message};
}

// Whoever asked has gone already, or is told to ask again.
grpc::Status given_up() {
    return {grpc::StatusCode::UNAVAILABLE, "the controller is stopping; ask again"};
}

grpc::Status read_since(std::int64_t since_ms, milliseconds& since) {
    since = since_ms == 0 ? kDefaultSince : milliseconds(since_ms);
    if (since < milliseconds(1) || since > kMaxSince)
        return wrong("since: between 1 ms and 90 days is right");
    return grpc::Status::OK;
}

grpc::Status read_baseline_before(std::int64_t before_ms, Question& question) {
    question.baseline_before = milliseconds(before_ms);
    if (before_ms == 0) return grpc::Status::OK;
    if (question.baseline_before < question.since || question.baseline_before > kMaxSince) {
        return wrong(
            fmt::format("baseline-before: between {} s (since), lest both sides read the same windows, "
                        "and 90 days is right",
                        std::chrono::ceil<std::chrono::seconds>(question.since).count()));
    }
    return grpc::Status::OK;
}

grpc::Status read_look(const v1::CompareRequest& request, Question& question) {
    if (request.look() > kMostLooks) return wrong(fmt::format("look: at most {} is right", kMostLooks));
    question.alarm_share = share_of_look(request.look());
    question.explain = request.explain();
    return grpc::Status::OK;
}

grpc::Status read_selector(const std::string& text, const std::string& service, std::string_view side,
                           Selector& selector) {
    if (text.size() > kMaxSelector) return wrong(fmt::format("{}: longer than {} bytes", side, kMaxSelector));
    auto parsed = parse_selector(text);
    if (!parsed) return wrong(fmt::format("{}: {}", side, parsed.error().message));
    selector = std::move(*parsed);
    if (service.empty()) return grpc::Status::OK;
    const auto [at, added] = selector.pairs.emplace("service", service);
    if (!added && at->second != service) {
        return wrong(fmt::format("{}: selects service '{}', but service '{}' is asked for", side,
                                 sanitize(at->second), sanitize(service)));
    }
    return grpc::Status::OK;
}

grpc::Status read_policy(const v1::CompareRequest& request, judge::Policy& policy) {
    if (request.policy_yaml().empty()) return grpc::Status::OK;
    if (request.policy_yaml().size() > kMaxConfigBytes) return wrong("policy: over 1 MiB");
    const std::string name = request.policy_name().empty() ? "policy" : sanitize(request.policy_name());
    auto parsed = judge::parse_policy(request.policy_yaml(), name);
    if (!parsed) return wrong(parsed.error().message);
    policy = std::move(*parsed);
    return grpc::Status::OK;
}

grpc::Status read_question(const v1::CompareRequest& request, Question& question) {
    if (request.service().size() > kMaxLabelBytes) return wrong("service: longer than a label may be");
    auto status = read_since(request.since_ms(), question.since);
    if (status.ok())
        status = read_selector(request.baseline(), request.service(), "baseline", question.baseline);
    if (status.ok())
        status = read_selector(request.candidate(), request.service(), "candidate", question.candidate);
    if (status.ok()) status = read_baseline_before(request.baseline_before_ms(), question);
    if (status.ok()) status = read_look(request, question);
    if (status.ok()) status = read_policy(request, question.policy);
    return status;
}

}  // namespace

QueryService::QueryService(store::Store& store, metrics::Metrics& metrics, const access::Tokens* tokens,
                           std::optional<judge::Policy> floor)
    : store_(store),
      metrics_(metrics),
      tokens_(tokens),
      floor_(std::move(floor)),
      workers_(kThreads, kWaiting) {}

void QueryService::stop() {
    stopping_ = true;
    workers_.stop();
}

grpc::Status QueryService::attempt(const std::function<grpc::Status()>& work) {
    try {
        return work();
    } catch (const Abandoned&) {
        return given_up();
    } catch (const store::StoreError& error) {
        ++metrics_.store_errors;
        std::fprintf(stderr, "plumb-controller: %s\n", error.what());
        return {grpc::StatusCode::INTERNAL, error.what()};
    } catch (const std::exception& error) {
        // A fault of ours must not end the controller for everyone else.
        std::fprintf(stderr, "plumb-controller: a question failed: %s\n", error.what());
        return {grpc::StatusCode::INTERNAL, "the controller failed on this question; its log says why"};
    }
}

// The request and the response live until the reactor is finished, also when the caller has gone.
grpc::ServerUnaryReactor* QueryService::answer(grpc::CallbackServerContext& context,
                                               std::function<grpc::Status()> work) {
    auto* reactor = context.DefaultReactor();
    std::optional<access::Grant> grant;
    if (auto status = access::admit(tokens_, context, access::Role::reader, grant); !status.ok()) {
        reactor->Finish(status);
        return reactor;
    }
    const bool taken = workers_.post([this, reactor, &context, work = std::move(work)] {
        const bool wanted = !stopping_ && !context.IsCancelled();
        reactor->Finish(wanted ? attempt(work) : given_up());
    });
    if (!taken)
        reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many questions at once; ask again"});
    return reactor;
}

grpc::ServerUnaryReactor* QueryService::Compare(grpc::CallbackServerContext* context,
                                                const v1::CompareRequest* request,
                                                v1::CompareResponse* response) {
    const auto abandoned = [this, context] { return stopping_ || context->IsCancelled(); };
    return answer(*context,
                  [this, request, response, abandoned] { return compare(*request, *response, abandoned); });
}

grpc::ServerUnaryReactor* QueryService::Fleet(grpc::CallbackServerContext* context,
                                              const v1::FleetRequest* request, v1::FleetResponse* response) {
    return answer(*context, [this, request, response] { return fleet(*request, *response); });
}

grpc::Status QueryService::compare(const v1::CompareRequest& request, v1::CompareResponse& response,
                                   const std::function<bool()>& abandoned) {
    Question question;
    if (auto status = read_question(request, question); !status.ok()) return status;
    if (floor_) {
        question.policy = with_floor(std::move(question.policy), *floor_);
        question.alarm_share = share_of_look_under_floor(request.look());
    }
    const auto started = std::chrono::steady_clock::now();
    std::vector<std::string> store_errors;
    const auto now = std::chrono::system_clock::now();
    to_proto(api::compare(store_, question, now, store_errors, abandoned), response);
    for (const auto& error : store_errors)
        std::fprintf(stderr, "plumb-controller: %s\n", error.c_str());
    metrics_.store_errors += store_errors.size();
    ++metrics_.comparisons;
    metrics_.comparison_ns += static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - started).count());
    return grpc::Status::OK;
}

grpc::Status QueryService::fleet(const v1::FleetRequest& request, v1::FleetResponse& response) {
    milliseconds since{};
    if (auto status = read_since(request.since_ms(), since); !status.ok()) return status;
    const auto now = std::chrono::system_clock::now();
    for (auto& row : store_.agents(now - since)) {
        auto& task = *response.add_tasks();
        task.set_agent(row.agent);
        task.set_version(row.version);
        for (const auto& [name, value] : row.labels)
            (*task.mutable_labels())[name] = value;
        const bool reported = row.windows != 0;
        task.set_last_window_age_ms(
            reported ? std::chrono::duration_cast<milliseconds>(now - row.last_end).count() : -1);
        task.set_windows(row.windows);
        task.set_last_sequence(row.last_sequence);
        task.set_said_goodbye(row.said_goodbye);
    }
    return grpc::Status::OK;
}

}  // namespace plumb::api
