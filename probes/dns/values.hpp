// The data of one record as a zone file shows it (RFC 1035, 5.1; RFC 3597 for types that are not read here;
// RFC 9460, 2.1 for HTTPS and SVCB). No I/O.
#pragma once

#include "probes/dns/reader.hpp"

#include <string>

namespace plumb::dns {

inline constexpr int kTypeA = 1;
inline constexpr int kTypeNs = 2;
inline constexpr int kTypeCname = 5;
inline constexpr int kTypeSoa = 6;
inline constexpr int kTypePtr = 12;
inline constexpr int kTypeMx = 15;
inline constexpr int kTypeTxt = 16;
inline constexpr int kTypeAaaa = 28;
inline constexpr int kTypeSrv = 33;
inline constexpr int kTypeSvcb = 64;
inline constexpr int kTypeHttps = 65;
inline constexpr int kTypeCaa = 257;

// Reads `size` bytes of data of a record of this type. The reader is bad afterwards where they do not fit the
// type. REQUIRES: the bytes are there. The text is as long as the data makes it, at most a few times 64 KiB;
// it is not yet sanitized.
std::string value_of(Reader& reader, int type, std::size_t size);

}  // namespace plumb::dns
