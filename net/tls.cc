#include "portcullis/net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>

namespace portcullis::net {

namespace {

Trouble unusable(std::string text) { return {Trouble::Stage::Configure, std::move(text)}; }

/// Never asks the terminal for a key's pass phrase.
int no_pass_phrase(char*, int, int, void*) { return -1; }

/// What both ends have in common.
SSL_CTX* new_context(const SSL_METHOD* method) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(method);
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

/// Why OpenSSL could not load a CA file.
Trouble bad_ca_file(const std::string& file) {
  const unsigned long error = ERR_get_error();
  if (ERR_SYSTEM_ERROR(error))
    return unusable("cannot read the CA file \"" + file + "\": " + reason(ERR_GET_REASON(error)));
  return unusable("the CA file \"" + file + "\" holds no certificate that can be used: give one in PEM form");
}

bool use_chain(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> own(PEM_read_bio_X509(in.get(), nullptr, no_pass_phrase, nullptr),
                                                        &X509_free);
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, no_pass_phrase, nullptr))
    SSL_CTX_add0_chain_cert(context, next);
  ERR_clear_error();  // the end of the text counts as one
  return true;
}

bool use_key(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, no_pass_phrase, nullptr), &EVP_PKEY_free);
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;  // which checks that it is the certificate's
}

}  // namespace

Tls::Tls(SSL_CTX* context) noexcept : context_(context, &SSL_CTX_free) {}

std::variant<Tls, Trouble> Tls::client(const std::string& ca_file) {
  const Tls tls(new_context(TLS_client_method()));
  if (tls.context() == nullptr) return unusable("OpenSSL cannot be used");
  SSL_CTX_set_verify(tls.context(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(tls.context()), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (ca_file.empty() && SSL_CTX_set_default_verify_paths(tls.context()) != 1)
    return unusable("the system's store of CA certificates cannot be used: give a file with --ca");
  if (!ca_file.empty() && SSL_CTX_load_verify_locations(tls.context(), ca_file.c_str(), nullptr) != 1)
    return bad_ca_file(ca_file);
  return tls;
}

std::variant<Tls, Trouble> Tls::server(const std::string& certificate_pem, const std::string& key_pem) {
  const Tls tls(new_context(TLS_server_method()));
  if (tls.context() == nullptr) return unusable("OpenSSL cannot be used");
  // No session is ever taken up again, and a client that ends early has no ticket left unread, which would reset it.
  SSL_CTX_set_num_tickets(tls.context(), 0);
  SSL_CTX_set_options(tls.context(), SSL_OP_NO_TICKET);
  if (!use_chain(tls.context(), certificate_pem)) return unusable("the server's certificate is not in PEM form");
  if (!use_key(tls.context(), key_pem))
    return unusable("the server's private key is not in PEM form, or does not belong to its certificate");
  return tls;
}

}  // namespace portcullis::net
