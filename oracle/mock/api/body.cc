#include "portcullis/oracle/mock/api/body.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/api/refusal.h"

namespace portcullis::mock::api {
namespace {

using nlohmann::json;

constexpr std::size_t kJsonBytesMax = 64 * 1024;  // above what a message may hold
constexpr int kNestingMax = 100;

json parse(std::string_view text) {
  if (text.size() > kJsonBytesMax) throw Refusal{413, 40'005, "Request entity too large"};
  bool deep = false;
  const auto measure = [&deep](int depth, json::parse_event_t, json&) {
    deep = deep || depth > kNestingMax;
    return !deep;
  };
  const json tree = json::parse(text, measure, false);
  if (deep || tree.is_discarded()) throw Refusal{400, 50'109, "The request body contains invalid JSON."};
  return tree;
}

/// A part of a form.
struct Part {
  std::string name;
  std::optional<std::string> file_name;
  std::string_view content;
};

/// Gives a parameter of a field such as `form-data; name="a"`.
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  const std::string wanted = std::string(name) + "=";
  std::size_t at = field.find("; " + wanted);
  if (at == field.npos) at = field.find(";" + wanted);
  if (at == field.npos) return std::nullopt;
  std::string_view value = field.substr(field.find('=', at) + 1);
  if (!value.starts_with('"')) return std::string(value.substr(0, value.find(';')));
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find('"')));
}

Part read_part(std::string_view text) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  Part part;
  const std::size_t end = std::min(text.find(kEnd), text.size());
  for (std::size_t at = 0; at < end;) {
    const std::size_t line_end = std::min(text.find("\r\n", at), end);
    const std::string_view line = text.substr(at, line_end - at);
    const std::size_t colon = line.find(':');
    if (colon != line.npos && http::same_ignoring_case(line.substr(0, colon), "Content-Disposition")) {
      part.name = parameter(line, "name").value_or("");
      part.file_name = parameter(line, "filename");
    }
    at = line_end + 2;
  }
  if (end != text.size()) part.content = text.substr(end + kEnd.size());
  return part;
}

std::vector<Part> read_form(std::string_view text, const std::string& boundary) {
  std::vector<Part> parts;
  const std::string mark = "--" + boundary;
  for (std::size_t at = text.find(mark); at != text.npos;) {
    const std::size_t begin = at + mark.size() + 2;
    const std::size_t end = text.find("\r\n" + mark, at + mark.size());
    if (end == text.npos || end < begin) break;
    parts.push_back(read_part(text.substr(begin, end - begin)));
    at = end + 2;
  }
  return parts;
}

/// Lists a file, with what the JSON said of it.
void attach(json& body, const Part& file) {
  json& list = body["attachments"];
  if (!list.is_array()) list = json::array();
  const std::size_t open = file.name.find('[');
  const std::string number =
      open == std::string::npos ? "0" : file.name.substr(open + 1, file.name.find(']') - open - 1);
  const auto same = [&](const json& one) {
    if (!one.is_object() || !one.contains("id")) return false;
    return one["id"].is_string() ? one["id"] == number : one["id"].dump() == number;
  };
  auto found = std::find_if(list.begin(), list.end(), same);
  json& entry = found == list.end() ? list.emplace_back(json{{"id", number}}) : *found;
  entry.update({{"filename", *file.file_name}, {"size", file.content.size()}});
}

json of_form(const HttpRequest& request, const std::string& boundary) {
  json body = json::object();
  const auto parts = read_form(request.body, boundary);
  for (const Part& part : parts)
    if (part.name == "payload_json") body = parse(part.content);
  if (!body.is_object()) throw bad_field("payload_json", "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
  for (const Part& part : parts)
    if (part.file_name) attach(body, part);
  return body;
}

}  // namespace

json read_body(const HttpRequest& request) {
  const std::string_view type = request.find("Content-Type").value_or("");
  const auto boundary = parameter(type, "boundary");
  if (type.starts_with("multipart/form-data") && boundary) return of_form(request, *boundary);
  return request.body.empty() ? json::object() : parse(request.body);
}

}  // namespace portcullis::mock::api
