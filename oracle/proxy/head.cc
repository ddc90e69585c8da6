#include "portcullis/oracle/proxy/head.h"

#include <algorithm>

#include "portcullis/core/http/text.h"

namespace portcullis::proxy {
namespace {

constexpr int kUpgraded = 101;
constexpr int kFinal = 200;

/// Gives the line with another value, where it is a Host field; its end is kept as it came.
std::string line_with_host(std::string_view line, std::string_view host) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || !http::same_ignoring_case(line.substr(0, colon), "Host")) return std::string(line);
  const std::size_t value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
  const std::size_t end = std::min(line.find_first_of("\r\n"), line.size());
  return std::string(line.substr(0, std::min(value, end))).append(host).append(line.substr(end));
}

}  // namespace

std::string with_host(std::string_view head, std::string_view host) {
  std::string changed;
  for (bool first = true; !head.empty(); first = false) {
    const std::size_t end = std::min(head.find('\n'), head.size() - 1) + 1;
    changed += first ? std::string(head.substr(0, end)) : line_with_host(head.substr(0, end), host);
    head.remove_prefix(end);
  }
  return changed;
}

bool RequestHead::take(std::span<const std::byte>& input) {
  while (!input.empty() && !complete()) {
    const char byte = static_cast<char>(input.front());
    input = input.subspan(1);
    text_ += byte;
    if (reader_.feed(byte) != nullptr) return false;
  }
  return true;
}

std::size_t ResponseHead::take(std::span<const std::byte> input) {
  std::size_t taken = 0;
  while (taken < input.size() && !upgraded_ && !other_) {
    other_ = reader_.feed(static_cast<char>(input[taken++])) != nullptr;
    if (other_ || !reader_.complete()) continue;
    upgraded_ = reader_.status() == kUpgraded;
    other_ = !upgraded_ && reader_.status() >= kFinal;
    if (!upgraded_ && !other_) reader_ = http::HeadReader(http::HeadKind::Response, limits_);
  }
  return other_ ? input.size() : taken;
}

}  // namespace portcullis::proxy
