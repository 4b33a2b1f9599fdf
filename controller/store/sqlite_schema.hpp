// The tables of the SQLite store and how an older file becomes the present one. `user_version` is the number
// of the last step that was applied; a file of a newer program is refused rather than guessed at.
#pragma once

#include "controller/store/sqlite.hpp"

namespace plumb::store {

// Sets the journal and brings the schema up to date, all or nothing.
void prepare_schema(Database& database);

// For who only reads: throws unless the file is a store of exactly this schema.
void check_schema(Database& database);

}  // namespace plumb::store
