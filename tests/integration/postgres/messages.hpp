// PostgreSQL's wire messages, as a scripted server sends them (protocol 3, "Message Formats" in the manual).
#pragma once

#include <string>

namespace plumb::test::wire {

std::string message(char type, const std::string& body);
std::string logged_in();  // let in, and ready
std::string one();        // the answer to the probe's SELECT 1

}  // namespace plumb::test::wire
