// What we send and nobody may read, in every form in which a peer may echo it: query values, userinfo, header
// values, the body. Words of a peer pass through scrubbed() before they are cut.
#pragma once

#include "probes/url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::http {

class Echo {
  public:
    void add_userinfo(const std::string& user, const Secret& password);
    void add_query(std::string_view raw_query);
    // A header's value or a body: the whole, and each word of it that is long enough to be a token.
    void add_text(std::string_view text);

    std::string scrubbed(std::string_view words) const;
    bool empty() const { return secrets_.empty(); }
    const std::vector<std::string>& secrets() const { return secrets_; }  // the longest first

  private:
    void add(std::string secret);
    void add_query_part(std::string_view part);

    std::vector<std::string> secrets_;
};

}  // namespace plumb::http
