#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "portcullis/cli/file.h"
#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/judged.h"
#include "portcullis/cli/live_judge.h"
#include "portcullis/cli/recorder.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/cli/today.h"
#include "portcullis/cli/verb.h"
#include "portcullis/oracle/proxy/server.h"
#include "portcullis/oracle/report/html.h"
#include "portcullis/oracle/report/json.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/oracle/timeline/rest.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;
using Colour = Paint::Colour;

constexpr const char* kAbout = "portcullis proxy";

struct Options {
  std::string upstream, upstream_api, ca_file;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0, api_port = 0;
  bool tls = false;
  std::string ca_out, record_file, html_file, ready_file;
  std::vector<std::string> faults;
  bool json = false, quiet = false;
};

websocket::Url upstream_of(const std::string& url) {
  auto parsed = websocket::parse_url(url);
  if (!parsed)
    throw Failure(Exit::Usage, "--upstream: " + std::string(text(parsed.error().code)) + ", at character " +
                                   std::to_string(parsed.error().offset + 1) +
                                   "; it should look like wss://gateway.discord.gg");
  if (parsed->target != "/")
    throw Failure(Exit::Usage, "--upstream: leave path and query out, they come from the client: ws://HOST[:PORT]");
  return *std::move(parsed);
}

/// http and https have the shape of ws and wss, for which there is a parser.
std::optional<websocket::Url> api_of(const std::string& url) {
  if (url.empty()) return std::nullopt;
  auto parsed = websocket::parse_url("ws" + (url.starts_with("http") ? url.substr(4) : "?"));
  if (!parsed || parsed->target.find('?') != std::string::npos)
    throw Failure(Exit::Usage, "--upstream-api has to look like https://discord.com/api");
  return *std::move(parsed);
}

std::vector<proxy::Fault> faults_of(const std::vector<std::string>& texts) {
  std::vector<proxy::Fault> faults;
  for (const std::string& text : texts) {
    auto fault = proxy::read_fault(text);
    if (const auto* const wrong = std::get_if<std::string>(&fault))
      throw Failure(Exit::Usage, "--fault '" + text + "': " + *wrong);
    faults.push_back(std::get<proxy::Fault>(std::move(fault)));
  }
  return faults;
}

/// Prints what goes on between client and upstream.
class ProxyLog {
 public:
  explicit ProxyLog(const Options& options) : options_(options), paint_(stdout, !options.json) {}

  void on_listening(const proxy::Server& server) const {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    Json urls{{"gateway_url", server.gateway_url()},
              {"api_url", or_null(server.api_url())},
              {"ca_file", or_null(server.ca_file())},
              {"upstream", options_.upstream}};
    if (!options_.ready_file.empty()) replace_file(options_.ready_file, urls.dump(1) + "\n", false, "--ready-file");
    urls["event"] = "listening";
    if (options_.json) return void(print_line(stdout, one_line(urls)));
    print_line(stdout, "gateway  " + paint_(Colour::Bold, server.gateway_url()) + "  (give it to the client)");
    if (!server.api_url().empty()) print_line(stdout, "api      " + paint_(Colour::Bold, server.api_url()));
    if (!server.ca_file().empty())
      print_line(stdout, "ca file  " + paint_(Colour::Bold, server.ca_file()) + "  (clients have to trust it)");
    print_line(stdout, "upstream " + options_.upstream);
  }

  void on_link(std::uint64_t link) const { say(link, Colour::Dim, "a client has connected", {{"event", "link"}}); }
  void on_end(std::uint64_t link, proxy::Side from, proxy::How how) const {
    const bool client = from == proxy::Side::Client;
    const std::string words = how == proxy::How::Eof ? "has ended it" : "has broken it off";
    say(link, Colour::Dim, (client ? "the client " : "the server's side ") + words,
        {{"event", "end"}, {"from", client ? "client" : "server"}, {"how", how == proxy::How::Eof ? "eof" : "reset"}});
  }
  void on_fault(std::uint64_t link, const std::string& fault) const {
    say(link, Colour::Yellow, "fault: " + fault, {{"event", "fault"}, {"fault", fault}});
  }
  void on_trouble(std::uint64_t link, const std::string& text) const {
    say(link, Colour::Red, text, {{"event", "trouble"}, {"text", text}});
  }
  void on_found(const report::ScenarioResult& fresh) const {
    if (options_.json) {
      Json rules = report::to_json(fresh)["rules"];
      for (Json& rule : rules) {
        rule["event"] = "finding";
        print_line(stdout, one_line(rule));
      }
      return;
    }
    std::string words = report::findings_in_words(fresh);
    words.pop_back();
    if (!options_.quiet) print_line(stdout, paint_(Colour::Red, "found: ") + words);
  }

 private:
  void say(std::uint64_t link, Colour colour, const std::string& words, Json line) const {
    if (options_.quiet) return;
    if (link != 0) line["link"] = link;
    print_line(stdout, options_.json
                           ? one_line(line)
                           : (link == 0 ? "" : "link " + std::to_string(link) + ": ") + paint_(colour, words));
  }

  const Options& options_;
  const Paint paint_;
};

proxy::Wiretap wiretap_of(Recorder& recorder, const ProxyLog& log) {
  proxy::Wiretap tap;
  tap.on_link = [&](std::uint64_t link, const std::string& url) {
    recorder.begin(link, url);
    log.on_link(link);
  };
  tap.on_bytes = [&](std::uint64_t link, proxy::Side from, std::span<const std::byte> bytes) {
    recorder.heard(link, from, bytes);
  };
  tap.on_end = [&](std::uint64_t link, proxy::Side from, proxy::How how) {
    if (recorder.end(link, from, how)) log.on_end(link, from, how);
  };
  tap.on_fault = [&](std::uint64_t link, const proxy::Fault& fault) {
    recorder.note("script", {{"did", proxy::in_words(fault)}}, link);
    log.on_fault(link, proxy::in_words(fault));
  };
  tap.on_trouble = [&](std::uint64_t link, const std::string& text) { log.on_trouble(link, text); };
  tap.on_rest = [&](const mock::HttpRequest& request, const mock::HttpAnswer& answer) {
    recorder.note("rest",
                  timeline::rest_members(request, answer, [&](std::string_view text) { return recorder.hide(text); }));
  };
  return tap;
}

proxy::ServerOptions server_of(const Options& options) {
  proxy::ServerOptions server;
  server.upstream = upstream_of(options.upstream);
  server.api = api_of(options.upstream_api);
  if (server.api) server.api->secure = options.upstream_api.starts_with("https");
  server.ca_file = options.ca_file;
  server.address = options.address;
  server.port = options.port;
  server.api_port = options.api_port;
  server.tls = options.tls;
  server.ca_out = options.ca_out;
  server.faults = faults_of(options.faults);
  return server;
}

void report(const report::ScenarioResult& result, bool cut_short, const Options& options) {
  if (cut_short) std::fprintf(stderr, "portcullis proxy: the judge has seen the first 50,000 records only\n");
  report::ClientReport all{kAbout, options.upstream, today(), timeline::Clock::Wall, {result}, result.took_ms};
  if (!options.html_file.empty())
    replace_file(options.html_file, report::to_html({report::to_json(all)}), false, "--html");
  options.json ? void(print_line(stdout, one_line(report::to_json(result)))) : print_judged(result);
}

Exit run(const Options& options) {
  check_place(options.html_file, "--html");
  // A script that waits for the file must not find that of an earlier run.
  if (!options.ready_file.empty()) ::unlink(options.ready_file.c_str());
  proxy::ServerOptions server = server_of(options);
  std::atomic<bool> over = false;
  const Interrupt interrupt(std::nullopt, [&over] {
    over = true;
    over.notify_all();
  });
  const ProxyLog log(options);
  LiveJudge judge(kAbout, [&](const report::ScenarioResult& fresh) { log.on_found(fresh); });
  Recorder recorder(options.record_file, kAbout, [&](timeline::Record record) { judge.add(std::move(record)); });
  server.wiretap = wiretap_of(recorder, log);
  auto result = proxy::Server::open(std::move(server));
  if (const auto* const trouble = std::get_if<net::Trouble>(&result)) throw Failure(Exit::Usage, trouble->text);
  std::unique_ptr<proxy::Server> opened = std::move(std::get<0>(result));
  log.on_listening(*opened);
  over.wait(false);
  opened.reset();
  if (!options.ready_file.empty()) ::unlink(options.ready_file.c_str());
  const bool cut_short = judge.is_full();
  const report::ScenarioResult verdict = judge.finish(options.upstream);
  report(verdict, cut_short, options);
  recorder.close();
  return verdict.outcome == report::Outcome::Failed ? Exit::Failed : Exit::Well;
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("--upstream", options.upstream, "The gateway behind it, such as wss://gateway.discord.gg")
      ->option_text("URL")
      ->required();
  auto* const api = verb.add_option("--upstream-api", options.upstream_api,
                                    "Opens a door for REST too: calls go on to this API, and /gateway and /gateway/bot "
                                    "name the proxy");
  api->option_text("URL");
  verb.add_option("--ca", options.ca_file, "Certificates to trust upstream, as PEM, in place of the system's")
      ->option_text("FILE")
      ->check(CLI::ExistingFile);
  verb.add_option("--address", options.address, "Address to listen on")->option_text("A [127.0.0.1]");
  verb.add_option("--port", options.port, "Port for clients; 0: the system chooses")
      ->option_text("N [0]")
      ->check(CLI::Range(0, 65'535));
  verb.add_option("--api-port", options.api_port, "Port of the door for REST")
      ->option_text("N [0]")
      ->check(CLI::Range(0, 65'535))
      ->needs(api);
  auto* const tls = verb.add_flag("--tls", options.tls, "wss and https for clients, with a certificate made now");
  verb.add_option("--ca-out", options.ca_out, "Where to write the certificate that clients have to trust")
      ->option_text("FILE")
      ->needs(tls);
  verb.add_option("--fault", options.faults, "Makes something go wrong, see below; may be repeated")
      ->option_text("'KIND NAME=VALUE ...'");
  verb.add_option("--record", options.record_file,
                  "Write down what the client saw, as a timeline; with pseudonyms for token and session ids")
      ->option_text("FILE");
  verb.add_option("--html", options.html_file, "At the end, write the verdict as one page that needs no network")
      ->option_text("FILE");
  verb.add_option("--ready-file", options.ready_file, "Written as JSON, with all URLs, once it listens")
      ->option_text("FILE");
  auto* const json = verb.add_flag("--json", options.json, "Print JSON lines, the verdict last");
  verb.add_flag("--quiet", options.quiet, "Print the URLs and the verdict only")->option_text(" ")->excludes(json);
}

}  // namespace

void add_proxy(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("proxy", "Sits between a client and a gateway; records, judges, makes faults");
  const auto options = std::make_shared<Options>();
  add_options(*verb, *options);
  verb->footer(
      "The client has to be sent to the proxy: give it the printed gateway URL where it takes one (those in\n"
      "oracle/clients read PORTCULLIS_URL), or, with --upstream-api, the printed API URL (PORTCULLIS_API): then\n"
      "/gateway and /gateway/bot send it here. READY's resume_gateway_url is the upstream's, for no byte is changed:\n"
      "a client that resumes there leaves the proxy. The mock names the proxy with --public-url.\n\n"
      "What differs upstream: the value of Host in the upgrade, which is the upstream's; of frames no byte. REST "
      "calls\n"
      "are made anew: Host, the fields that concern one connection, and the url of /gateway and /gateway/bot "
      "differ.\n\n"
      "Faults, each with the members it has; up is from the client, down to it, bytes are counted behind the head:\n"
      "  drop     after=BYTES dir=up|down how=eof|reset   both sides lose the link\n"
      "  stall    after=BYTES dir=up|down ms=MS           nothing passes for so long\n"
      "  delay    after=BYTES dir=up|down ms=MS bytes=N   so many bytes come so late; without bytes=: all that follow\n"
      "  close    after=BYTES dir=up|down code=N reason=R a Close in the place of all that follows\n"
      "  corrupt  after=BYTES dir=up|down bytes=N         the bits of so many bytes are flipped\n"
      "after=0, dir=down; each befalls one link, the first, or that of link=N; or times=N links.\n"
      "The recording and the verdict are of what the client saw.\n\n"
      "Ctrl-C ends it. Exit status: 0 when no MUST or SHOULD was broken, 1 when one was, 3 usage.\n\n"
      "Example: a link that is lost after 2000 bytes\n"
      "  portcullis proxy --upstream ws://127.0.0.1:4000 --record bot.jsonl --fault 'drop after=2000'");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
