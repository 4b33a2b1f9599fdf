// libpq takes whatever nobody told it from PG* variables, service files, ~/.pgpass and ~/.postgresql. A probe
// must do what its URL says and nothing else, and a static program must not look up a home directory through
// NSS. While a PlainEnvironment lives, libpq sees an environment that holds nothing but a home that does not
// exist.
//
// Swaps the pointer `environ` and changes no variable, so whoever reads the environment before or after sees
// it whole. Thread rule: the thread of the io_context; a getenv of another thread meanwhile finds nothing and
// is safe.
#pragma once

namespace plumb::postgres {

class PlainEnvironment {
  public:
    PlainEnvironment();
    ~PlainEnvironment();
    PlainEnvironment(const PlainEnvironment&) = delete;
    PlainEnvironment& operator=(const PlainEnvironment&) = delete;

  private:
    char** saved_;
};

}  // namespace plumb::postgres
