#include "portcullis/oracle/mock/query.h"

#include <algorithm>
#include <charconv>

namespace portcullis::mock {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool escape = text.front() == '%' && digits.size() == 2 && read.ptr == digits.data() + 2;
    out += escape ? static_cast<char>(byte) : text.front();
    text.remove_prefix(escape ? 3 : 1);
  }
  return out;
}

std::int64_t version_of(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() && number >= 0 ? number : -1;
}

}  // namespace

Query read_query(std::string_view target) {
  Query query;
  target.remove_prefix(std::min(target.find('?'), target.size()));
  while (!target.empty()) {
    target.remove_prefix(1);
    const std::string_view pair = target.substr(0, target.find_first_of("?&"));
    target.remove_prefix(pair.size());
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = decoded(pair.substr(0, equals));
    const std::string value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (name == "v") query.version = version_of(value);
    if (name == "encoding") query.encoding = value;
    if (name == "compress") query.compress = value;
  }
  return query;
}

}  // namespace portcullis::mock
