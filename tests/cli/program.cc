#include "portcullis/tests/cli/program.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

namespace portcullis::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 20ms;
constexpr auto kPatience = 100s;  // a hang, not a slow machine
constexpr int kEndedByForce = 1000;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment, const std::string& out,
            const std::string& err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments.front().c_str(), &files, nullptr, pointers_to(arguments).data(),
                                pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("cannot start " + arguments.front());
  return pid;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Sends a request to a port of this machine, and reads until the other end has finished.
std::string ask(int port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  std::string answer;
  std::array<char, 4096> part;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()))
    for (ssize_t count = 1; (count = ::recv(socket, part.data(), part.size(), 0)) > 0;)
      answer.append(part.data(), static_cast<std::size_t>(count));
  ::close(socket);
  return answer;
}

std::vector<std::string> with_ready_file(std::vector<std::string> arguments, const std::string& file) {
  arguments.insert(arguments.begin(), "mock");
  arguments.insert(arguments.end(), {"--ready-file", file});
  return arguments;
}

}  // namespace

Scratch::Scratch() {
  const char* const given = std::getenv("TEST_TMPDIR");
  folder_ = std::string(given == nullptr ? "/tmp" : given) + "/cli.XXXXXX";
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no folder for the test");
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::path(std::string_view name) const { return folder_ + "/" + std::string(name); }

std::string Scratch::file(std::string_view name, std::string_view content) const {
  const std::string full = path(name);
  std::ofstream(full, std::ios::binary) << content;
  return full;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Program::Program(std::vector<std::string> arguments, Environment environment) {
  arguments.insert(arguments.begin(), "cli/portcullis");
  std::vector<std::string> variables{"PATH=/usr/bin:/bin"};
  // Where a sanitizer is told what to do.
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  pid_ = spawn(std::move(arguments), std::move(variables), scratch_.path("out"), scratch_.path("err"));
}

Program::~Program() {
  if (has_ended()) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const {
  if (status_ < 0) ::kill(pid_, number);
}

bool Program::has_ended() {
  int status = 0;
  if (status_ < 0 && ::waitpid(pid_, &status, WNOHANG) == pid_)
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : kEndedByForce + WTERMSIG(status);
  return status_ >= 0;
}

int Program::wait() {
  for (const auto end = std::chrono::steady_clock::now() + kPatience; !has_ended();) {
    if (std::chrono::steady_clock::now() > end) signal(SIGKILL);
    std::this_thread::sleep_for(kLook);
  }
  return status_;
}

bool Program::prints(std::string_view text) {
  for (const auto end = std::chrono::steady_clock::now() + kPatience; std::chrono::steady_clock::now() < end;) {
    const bool ended = has_ended();
    if (out().find(text) != std::string::npos || err().find(text) != std::string::npos) return true;
    if (ended) return false;
    std::this_thread::sleep_for(kLook);
  }
  return false;
}

Mock::Mock(std::vector<std::string> arguments, Program::Environment environment)
    : program_(with_ready_file(std::move(arguments), scratch_.path("ready")), std::move(environment)) {
  // The line for a person follows the file.
  if (!program_.prints("token")) throw std::runtime_error("the mock did not start: " + program_.err());
  const auto urls = nlohmann::json::parse(content_of(scratch_.path("ready")));
  gateway_url_ = urls.at("gateway_url");
  api_url_ = urls.at("api_url");
  control_url_ = urls.at("control_url");
  if (urls.at("ca_file").is_string()) ca_file_ = urls.at("ca_file");
}

std::string Mock::control(std::string_view method, std::string_view path, std::string_view body) const {
  const int port = std::stoi(control_url_.substr(control_url_.rfind(':') + 1));
  return ask(port, std::string(method) + " " + std::string(path) +
                       " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

DeadPort::DeadPort() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for the test");
  port_ = ntohs(address.sin_port);
}

DeadPort::~DeadPort() { ::close(socket_); }

}  // namespace portcullis::tests
