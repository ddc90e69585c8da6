#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portcullis::mock {

/// What the URL of an upgrade asks for. A path, unknown names and a second `?` are no harm; of a name that occurs twice
/// the last counts; names and values may be percent-encoded.
struct Query {
  std::int64_t version = 6;  ///< that is what no `v` means (GW-URL-4); -1 for one that is not a number
  std::string encoding = "json";
  std::string compress;
};

Query read_query(std::string_view target);

}  // namespace portcullis::mock
