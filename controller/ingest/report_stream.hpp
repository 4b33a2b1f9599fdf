// One agent's stream: hello, then windows, acknowledged after their commit. It pauses reading while too much
// of it waits, so an agent that sends faster than the store writes, or that never reads its answers, costs
// bounded memory. A message is bounded while it is still bytes, and gone when it was taken.
//
// Thread rule: gRPC's threads call the On… reactions, the commit queue's thread the Submitter's; one mutex
// guards all. gRPC 1.51 never runs a reaction inside Start…/Finish, so those are called with the mutex held.
// Lifetime: the stream owns itself until OnDone; the queue may hold it longer, and then finds it finished.
#pragma once

#include "controller/ingest/commit_queue.hpp"
#include "controller/ingest/hello.hpp"
#include "controller/ingest/incoming.hpp"
#include "controller/ingest/login_budget.hpp"
#include "plumb/v1/report.pb.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

namespace plumb::ingest {

class ReportService;

class ReportStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                           public Submitter,
                           public std::enable_shared_from_this<ReportStream> {
  public:
    ReportStream(ReportService& service, std::optional<access::Grant> grant);

    void begin();                      // once, after construction
    void finish(grpc::Status status);  // as soon as nothing is being written; the first status counts
    void resume();  // reads on if the queue has room again, and tells the agent a changed pace
    bool silent_since(std::chrono::steady_clock::time_point limit);  // no hello, and begun before `limit`

    void OnReadDone(bool ok) override;
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

    void committed(const Submission& submission) override;
    void lost() override;
    void batch_over() override;

  private:
    // All below: with the mutex held.
    void agent_went_away();
    void take_message(const Incoming& incoming);
    void take_hello(const v1::Hello& hello);
    void take_window(const v1::Window& message);
    void submit(Submission::Kind kind, store::StoredWindow window);
    void refuse(std::uint64_t sequence, const std::string& reason);
    void add_paces();  // to the next answer, where they changed
    void add_clock();  // to the next answer
    void proceed();    // starts whatever read, write or finish is due

    ReportService& service_;
    const std::optional<access::Grant> grant_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::shared_ptr<ReportStream> self_;
    std::shared_ptr<const Identity> who_;
    LoginBudget::Share share_;
    std::vector<double> told_;  // of each in share_, the seconds apart that the agent knows; 0: none
    grpc::ByteBuffer request_;
    grpc::ByteBuffer answer_;  // what is being written, and how much it tells
    std::size_t writing_answers_ = 0;
    std::uint64_t read_sequence_ = 0;  // of the latest window; 0: none yet
    std::chrono::system_clock::time_point read_at_{};
    v1::ReportResponse next_answer_;
    std::optional<grpc::Status> status_;  // set: the stream is to end
    std::size_t queued_ = 0;              // handed to the queue, not settled yet
    bool reading_ = false;
    bool writing_ = false;
    bool half_closed_ = false;
    bool said_goodbye_ = false;
    bool agent_gone_ = false;  // nobody takes answers any more
    bool finished_ = false;
};

}  // namespace plumb::ingest
