// What a task has for itself where its agent looks at the task, too: limits of its own, files of its image
// that are not the machine's, settings of its kernel, and an app beside the agent.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace plumb::lab {

// One change of a file of the image. Either its whole text, or what it lacks: the paragraphs that have this
// line, and of a bundle of certificates those of this common name.
struct FileChange {
    bool whole = false;
    std::string text;
};

struct ClientsPlan {  // connections of the app
    std::string server;
    int connections = 0;
};

// What plumb-lab-app does; without a word of it, it listens and is healthy.
struct AppPlan {
    std::uint16_t port = 8080;
    std::chrono::nanoseconds ready_after{0};  // from its start; until then 503
    bool accepts = true;                      // else its queue is full of connections that nobody takes
    bool busy = false;                        // takes what processor time it gets
    int memory = 0;                           // percent of the task's limit that are in use; 0: what it needs
    int descriptor_limit = 1024;
    int descriptors = 0;  // that it holds; 0: what it needs
    ClientsPlan pool;     // opened, used, closed and opened again
    ClientsPlan leak;     // ended by the server, never closed by the app
};

struct OwnPlan {
    int memory = 256;  // MiB
    AppPlan app;
    std::map<std::string, std::vector<FileChange>> files;  // by path
    std::map<std::string, std::string> kernel;             // net.… settings
};

}  // namespace plumb::lab
