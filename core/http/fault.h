#pragma once

#include "portcullis/core/fault.h"

/// What may be wrong with an HTTP/1.1 message.
namespace portcullis::http::fault {

// clang-format off
inline constexpr Fault kStatusLine{Errc::HttpStartLine, 0, req::WS_HT_1};
inline constexpr Fault kStatusVersion{Errc::HttpVersion, 0, req::WS_HT_3};
inline constexpr Fault kRequestLine{Errc::HttpStartLine, 400, req::WS_HT_4};
inline constexpr Fault kRequestVersion{Errc::HttpVersion, 505, req::WS_HT_4};
inline constexpr Fault kMethod{Errc::HttpMethod, 405, req::WS_HT_4};
inline constexpr Fault kTarget{Errc::HttpTarget, 400, req::WS_HT_4};
inline constexpr Fault kLineEnd{Errc::HttpFieldLine, 400, req::WS_HT_9};
inline constexpr Fault kFieldName{Errc::HttpFieldLine, 400, req::WS_HT_6};
inline constexpr Fault kFieldSpace{Errc::HttpFieldLine, 400, req::WS_HT_7};
inline constexpr Fault kFieldByte{Errc::HttpFieldLine, 400, req::WS_HT_8};
inline constexpr Fault kFieldFold{Errc::HttpFieldLine, 400, req::WS_HT_10};
inline constexpr Fault kStartLineTooLong{Errc::HttpHeadTooLarge, 414, req::WS_HT_13, Blame::Limit};
inline constexpr Fault kHeadTooLarge{Errc::HttpHeadTooLarge, 431, req::WS_HT_13, Blame::Limit};
inline constexpr Fault kBodyLength{Errc::HttpBodyLength, 0, req::WS_HT_18};
inline constexpr Fault kChunk{Errc::HttpChunk, 0, req::WS_HT_19};
// clang-format on

}  // namespace portcullis::http::fault
