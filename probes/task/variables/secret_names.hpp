// Which variables hold a secret, by their names and by what stands in their values.
#pragma once

#include <string_view>

namespace plumb::task {

// Whether a variable of this name usually holds a secret: DB_PASSWORD, API_KEY, dbPassword,
// spring.datasource.password; not API_KEY_ID, TOKEN_TTL, CACHE_KEY_PREFIX.
bool sounds_secret(std::string_view name);

// Whether it is one that a person types: a password or a PIN, which may be digits alone.
bool sounds_typed(std::string_view name);

// Whether NAME=VALUE with the name of a secret stands in the text: in a URL's query, behind the ';' of JDBC,
// between the blanks of a DSN.
bool holds_named_secret(std::string_view text);

}  // namespace plumb::task
