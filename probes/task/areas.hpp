// The areas of the task's own evidence, looked at one after the other, and whose container they may speak of.
//
// Beside the app in its container, all that is read is the app's. In a container of its own the agent reads
// the app's image and variables through the app's process, where a shared process namespace shows it; else it
// tells only what the containers of a task share, and says so.
//
// Threads: constructed on the loop, then look() on the worker's thread alone. KnownTargets is shared by both.
#pragma once

#include "probes/task/identity/identity.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"
#include "probes/task/sockets/sockets.hpp"
#include "probes/task/variables/variables.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace plumb::task {

// Where the dependencies are, written by the loop and read by the worker: the addresses that runs tried
// lately.
class KnownTargets {
  public:
    void seen(const std::string& dependency, std::uint16_t port, const std::vector<Attempt>& attempts);
    std::vector<SocketTarget> all();

  private:
    struct Address {
        std::string host;
        std::uint64_t seen = 0;  // in which run last
    };
    struct Target {
        std::uint16_t port = 0;
        std::uint64_t runs = 0;
        std::vector<Address> addresses;  // the latest last
    };
    std::mutex mutex_;
    std::map<std::string, Target> by_name_;
};

class Areas {
  public:
    Areas(Places places, VariableSettings variables, std::function<std::vector<Variable>()> own_variables,
          std::shared_ptr<KnownTargets> targets);
    Areas(const Areas&) = delete;
    Areas& operator=(const Areas&) = delete;

    // What the platform says of the task, as far as the areas need it.
    struct About {
        std::string own;  // container of the agent; "" unknown
        std::string app;
        std::string app_id;
        OwnContainer container = OwnContainer::of_the_app;
        AwsPlace place;
    };
    // True: processes of other containers are to be seen.
    bool look(const About& about, Depth depth, Look& out);

  private:
    // Whose files and variables are read.
    struct Sources {
        std::string root;              // as in Places; "" is our own
        std::optional<pid_t> process;  // whose variables; none: our own
        bool of_the_app = true;
        bool others_seen = false;
        std::string words;
    };
    Sources sources(const About& about) const;
    void inspect(const About& about, Look& out);
    void look_at_image(Look& out);
    std::vector<Variable> read_variables() const;
    std::optional<std::string> variable(std::string_view name) const;

    Places places_;
    std::function<std::vector<Variable>()> own_variables_;
    AwsPlace place_;
    Sources from_;
    bool from_known_ = false;
    std::string image_root_;
    std::vector<Variable> environment_;  // while a look is under way
    std::unique_ptr<Section> limits_;
    std::unique_ptr<Section> sockets_;
    std::unique_ptr<Section> variables_;
    std::unique_ptr<Section> image_;
};

}  // namespace plumb::task
