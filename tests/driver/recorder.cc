#include "portcullis/tests/driver/recorder.h"

namespace portcullis::tests {

bool Recorder::Told::nothing_lost() const {
  for (const auto& session : sessions)
    for (std::size_t i = 0; i < session.size(); ++i)
      if (session[i] != static_cast<std::int64_t>(i) + 1) return false;
  return true;
}

void Recorder::on_connected(driver::Shard& shard, const websocket::Url&) {
  note(shard, [](Told& told) { ++told.connected; });
}

void Recorder::on_dispatch(driver::Shard& shard, const Dispatch& dispatch) {
  note(shard, [&](Told& told) {
    if (dispatch.kind == Dispatch::Kind::Ready) told.sessions.emplace_back();
    if (dispatch.kind == Dispatch::Kind::Resumed) ++told.resumed;
    if (!told.sessions.empty()) told.sessions.back().push_back(dispatch.sequence.value_or(0));
  });
}

void Recorder::on_disconnected(driver::Shard& shard, const Disconnected& end,
                               const std::optional<net::Trouble>& trouble) {
  note(shard, [&](Told& told) {
    told.disconnects.push_back(end);
    told.troubles.push_back(trouble ? trouble->text : "");
  });
}

void Recorder::on_refused(driver::Shard& shard, const gateway::Command&, const Error& error) {
  note(shard, [&](Told& told) { told.refused.push_back(error.code); });
}

void Recorder::on_stopped(driver::Shard& shard, const Finish& finish) {
  note(shard, [&](Told& told) { told.finish = finish; });
}

}  // namespace portcullis::tests
