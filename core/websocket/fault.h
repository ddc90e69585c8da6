#pragma once

#include "portcullis/core/fault.h"

/// What may be wrong with a handshake, and with frames (WS-FA-4 says which close code).
namespace portcullis::websocket::fault {

// clang-format off
inline constexpr Fault kFieldRepeated{Errc::HttpFieldRepeated, 400, req::WS_HT_12};
inline constexpr Fault kInterimTooMany{Errc::HttpInterimTooMany, 0, req::WS_HT_14, Blame::Limit};
inline constexpr Fault kRefused{Errc::HandshakeRefused, 0, req::WS_HT_16};
inline constexpr Fault kIncomplete{Errc::HandshakeIncomplete, 0, req::WS_HT_23};
inline constexpr Fault kNotUpgraded{Errc::HandshakeUpgrade, 0, req::WS_HS_21};
inline constexpr Fault kConnectionKept{Errc::HandshakeConnection, 0, req::WS_HS_22};
inline constexpr Fault kAccept{Errc::HandshakeAccept, 0, req::WS_HS_23};
inline constexpr Fault kExtension{Errc::HandshakeExtension, 0, req::WS_HS_24};
inline constexpr Fault kSubprotocol{Errc::HandshakeSubprotocol, 0, req::WS_HS_25};
inline constexpr Fault kBodyAnnounced{Errc::HttpBodyUnexpected, 400, req::WS_HT_25};
inline constexpr Fault kHost{Errc::HandshakeHost, 400, req::WS_HS_40};
inline constexpr Fault kUpgradeMissing{Errc::HandshakeUpgrade, 426, req::WS_HS_41};
inline constexpr Fault kConnectionMissing{Errc::HandshakeConnection, 400, req::WS_HS_42};
inline constexpr Fault kKey{Errc::HandshakeKey, 400, req::WS_HS_43};
inline constexpr Fault kVersionMissing{Errc::HandshakeVersion, 400, req::WS_HS_44};
inline constexpr Fault kVersionOther{Errc::HandshakeVersion, 426, req::WS_HS_44};
inline constexpr Fault kOfferMalformed{Errc::HandshakeExtension, 400, req::WS_HS_47};
inline constexpr Fault kSubprotocolsMalformed{Errc::HandshakeSubprotocol, 400, req::WS_HS_46};
inline constexpr Fault kHeldTooMuch{Errc::HttpHeadTooLarge, 400, req::WS_HS_49, Blame::Limit};

inline constexpr Fault kReservedBits{Errc::FrameReservedBits, 1002, req::WS_FR_2};
inline constexpr Fault kOpcode{Errc::FrameOpcode, 1002, req::WS_FR_3};
inline constexpr Fault kControlFragmented{Errc::FrameControlFragmented, 1002, req::WS_CT_2};
inline constexpr Fault kControlTooLong{Errc::FrameControlTooLong, 1002, req::WS_CT_1};
inline constexpr Fault kNothingToContinue{Errc::FrameContinuationUnexpected, 1002, req::WS_FG_3};
inline constexpr Fault kUnfinished{Errc::FrameMessageUnfinished, 1002, req::WS_FG_4};
inline constexpr Fault kMaskMissing{Errc::FrameMaskMissing, 1002, req::WS_MK_4};
inline constexpr Fault kMaskUnexpected{Errc::FrameMaskUnexpected, 1002, req::WS_MK_5};
inline constexpr Fault kLengthNotMinimal{Errc::FrameLengthNotMinimal, 1002, req::WS_FR_8};
inline constexpr Fault kLengthOverflow{Errc::FrameLengthOverflow, 1002, req::WS_FR_9};
inline constexpr Fault kMessageTooLarge{Errc::MessageTooLarge, 1009, req::WS_LM_1, Blame::Limit};
inline constexpr Fault kNotUtf8{Errc::TextNotUtf8, 1007, req::WS_U8_2};
inline constexpr Fault kNotUtf8AtEnd{Errc::TextNotUtf8, 1007, req::WS_U8_4};
inline constexpr Fault kCloseTooShort{Errc::ClosePayloadTooShort, 1002, req::WS_CL_3};
inline constexpr Fault kCloseCode{Errc::CloseCodeInvalid, 1002, req::WS_CL_4};
inline constexpr Fault kCloseReason{Errc::CloseReasonNotUtf8, 1007, req::WS_CL_5};
// clang-format on

}  // namespace portcullis::websocket::fault
