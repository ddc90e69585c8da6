#pragma once

#include <vector>

#include "portcullis/oracle/judge/moment.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::probe {

/// Goes through a timeline and gives the moments of the server's side, for `rules.json` to ask about.
///
/// Shape: from the server `message` (op, t, s, kind_good, undecodable, known, first, envelope_good, name_good), and
/// what
///        it is besides: `hello` (good, again), `ack` (data_good), `invalid` (d_kind), `dispatch` (step, guild_here,
///        before_login), `ready` (broken: the requirements that its fields do not keep; s), `chunk` and `rate_limited`
///        (good); `close` (code, sends, identifies, resumes), `fault` (what), `pong`. From the client `beat` and
///        `ping`. `loss` is the end of a connection.
std::vector<judge::Moment> moments_of(const timeline::Timeline& timeline);

}  // namespace portcullis::probe
