// A controller of a few lines: a real gRPC server that keeps what it is told, and can be slow to acknowledge,
// refuse, or die in the middle of a stream and come back on the same port.
#pragma once

#include "plumb/v1/report.grpc.pb.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

namespace plumb::agent::test {

// What outlives a crash of the controller: its store.
struct Committed {
    std::map<std::uint64_t, int> windows;  // sequence → how often it was committed (repeats are dropped)
    int repeats = 0;
};

class FakeController final : public v1::ReportService::Service {
  public:
    struct Behaviour {
        bool acknowledge = true;  // false: commits, and keeps its answer until answer() is called
        bool commit = true;       // false: takes windows and forgets them
        std::optional<double> seconds_apart{};                    // asked of `cache` with each answer
        std::optional<std::chrono::milliseconds> clock_behind{};  // its clock, told with each answer
        std::map<std::uint64_t, std::string> refuse{};
        std::string certificate{};  // PEM; empty: plaintext
        std::string key{};
        std::string client_ca{};
    };

    // Listens on 127.0.0.1:port, 0 for any.
    FakeController(Committed& store, Behaviour behaviour, int port = 0);
    ~FakeController() override;

    int port() const { return port_; }
    // Cuts every stream and closes the port, as a crash does.
    void kill();
    // Acknowledges what was held back, and everything from now on at once.
    void answer();

    struct Seen {
        std::vector<v1::Hello> hellos;
        std::vector<v1::Window> windows;  // in order of arrival, repeats included
        std::vector<std::string> order;   // "hello", "window 1", "goodbye"
        std::vector<std::string> authorization;
    };
    Seen seen() const;
    // Runs `ready` under the lock at each change until it is true; false after `limit`.
    bool wait(const std::function<bool(const Seen&)>& ready,
              std::chrono::milliseconds limit = std::chrono::seconds(20));

  private:
    using Stream = grpc::ServerReaderWriter<v1::ReportResponse, v1::ReportRequest>;
    grpc::Status Report(grpc::ServerContext* context, Stream* stream) override;
    bool take(const v1::ReportRequest& request, v1::ReportResponse& response);

    Committed& store_;
    Behaviour behaviour_;
    int port_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Seen seen_;
    bool dying_ = false;
    std::unique_ptr<grpc::Server> server_;
};

}  // namespace plumb::agent::test
