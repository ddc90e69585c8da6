#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/oracle/judge/state.h"

namespace portcullis::judge {

/// Goes through the records of a timeline and says what is known at each.
class Walk {
 public:
  Walk(const timeline::Timeline& timeline, Tolerance tolerance);
  std::vector<Moment> run();

 private:
  using Record = timeline::Record;

  void find_shards();
  void see(const Record& record);
  Moment& tell(std::string_view is);
  Shard* shard_of(const Link& link);
  void set_odd(Link& link, std::string_view why);
  void set_special(Link& link, std::string_view what);

  // walk.cc: what belongs to the process, and the life of a link
  void on_process(const Record& record);
  std::string cause_of_exit() const;
  void on_rest(const Record& record);
  void on_local(const Record& record);
  void on_script(const Record& record);
  void on_open(const Record& record);
  void on_upgraded(Link& link);
  void on_refused(const Record& record, Link& link);
  void on_ping(const Record& record, Link& link);
  void on_fault(const Record& record, Link& link);
  void tell_jitter();

  // loss.cc: how a link ends, and what that means for the session
  void on_close(const Record& record, Link& link);
  void on_end(const Record& record, Link& link);
  void lose(Link& link, std::string_view by, std::optional<std::uint16_t> code);
  std::string cause_of(const Link& link, std::string_view by) const;
  bool keeps_session(const Link& link) const;
  std::string recent_special(const Link& link) const;
  void end_session(Session* session, std::string_view by);

  // server_facts.cc
  void on_server_message(const Record& record, Link& link);
  void tell_beat_request(const Link& link);
  void on_hello(Link& link, const Json& payload);
  void on_dispatch(Link& link, const Json& payload, bool left_out);
  void on_ready(Link& link, const Json& data);
  void on_invalid(Link& link, const Json& payload);
  void count_sequence(Link& link, const Json& payload);

  // client_facts.cc
  void on_client_message(const Record& record, Link& link);
  void on_beat(Link& link, const Json& data, Moment& moment);
  void on_identify(Link& link, const Json& data, Moment& moment);
  void on_resume(Link& link, const Json& data, Moment& moment);
  void on_command(Link& link, std::int64_t opcode, const Json& payload, Moment& moment);
  void tell_handshake(Link& link, Moment& moment);
  std::string sequence_of_beat(const Link& link, const Json& data) const;
  std::string sequence_of_resume(const Session& session, const Json& sequence) const;
  std::string place_of(const Link& link) const;
  bool was_highest(const Session& session, std::int64_t sequence) const;

  const timeline::Timeline& timeline_;
  const std::int64_t tolerance_;
  Process process_;
  std::map<std::uint64_t, int> shard_by_link_;
  std::deque<Moment> moments_;  ///< they keep their place while more come
  std::size_t record_ = 0;
  std::int64_t now_ = 0;
  Link* link_ = nullptr;  ///< of the record at hand
  std::uint64_t link_number_ = 0;
};

/// Gives a member of an object, or null.
const Json& member(const Json& object, std::string_view key);

}  // namespace portcullis::judge
