#include "portcullis/cli/session_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "portcullis/cli/file.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::json;

Session session_of(const Json& entry) {
  return {entry.at("session_id").get<std::string>(), entry.at("resume_gateway_url").get<std::string>(),
          entry.at("sequence").get<std::int64_t>()};
}

}  // namespace

std::optional<KeptSessions> read_sessions(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const std::string content = read_file(path, "--session-file");
  try {
    const Json file = Json::parse(content);
    KeptSessions kept{file.at("shard_count").get<std::uint32_t>(), {}};
    for (const Json& entry : file.at("sessions"))
      kept.by_shard.emplace(entry.at("shard").get<std::uint32_t>(), session_of(entry));
    return kept;
  } catch (const Json::exception&) {  // whose text would quote from the file
    throw Failure(Exit::Usage, "--session-file: " + path +
                                   " holds no sessions of an earlier run: remove it, or name "
                                   "another");
  }
}

void write_sessions(const std::string& path, const KeptSessions& sessions) {
  Json file{{"shard_count", sessions.shard_count}, {"sessions", Json::array()}};
  for (const auto& [shard, session] : sessions.by_shard)
    file["sessions"].push_back({{"shard", shard},
                                {"session_id", session.id},
                                {"resume_gateway_url", session.resume_gateway_url},
                                {"sequence", session.sequence}});
  replace_file(path, file.dump(1) + "\n", true, "--session-file");
}

void check_writable(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
    throw Failure(Exit::Usage, "--session-file: cannot write " + path + ": " + std::strerror(errno));
}

}  // namespace portcullis::cli
