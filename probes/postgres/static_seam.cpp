// Debian's libpq.a is built with GSSAPI and LDAP, and neither has a static library. These symbols answer for
// both that they are not available. The probe connects with gssencmode=disable and without a service file, so
// libpq asks neither for a ticket nor for a directory on its own; a server that demands GSSAPI gets as far as
// the first of these, and the run says postgres.unsupported_auth.
//
// The real functions take parameters; the calling conventions of x86-64 and AArch64 let a callee ignore them.
#include <cstdint>

namespace {
constexpr std::uint32_t kGssFailure = 13U << 16;  // GSS_S_FAILURE, RFC 2744
constexpr int kLdapUnavailable = 52;              // LDAP_UNAVAILABLE, RFC 4511
}  // namespace

extern "C" {
void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;
std::uint32_t gss_acquire_cred() {
    return kGssFailure;
}
std::uint32_t gss_delete_sec_context() {
    return kGssFailure;
}
std::uint32_t gss_display_status() {
    return kGssFailure;
}
std::uint32_t gss_import_name() {
    return kGssFailure;
}
std::uint32_t gss_init_sec_context() {
    return kGssFailure;
}
std::uint32_t gss_release_buffer() {
    return kGssFailure;
}
std::uint32_t gss_release_cred() {
    return kGssFailure;
}
std::uint32_t gss_release_name() {
    return kGssFailure;
}
std::uint32_t gss_unwrap() {
    return kGssFailure;
}
std::uint32_t gss_wrap() {
    return kGssFailure;
}
std::uint32_t gss_wrap_size_limit() {
    return kGssFailure;
}

int ldap_count_entries() {
    return 0;
}
const char* ldap_err2string() {
    return "LDAP is not part of this build";
}
void* ldap_first_entry() {
    return nullptr;
}
void* ldap_get_values_len() {
    return nullptr;
}
void* ldap_init() {
    return nullptr;
}
int ldap_msgfree() {
    return 0;
}
int ldap_result() {
    return -1;
}
int ldap_search_st() {
    return kLdapUnavailable;
}
int ldap_set_option() {
    return -1;
}
int ldap_simple_bind() {
    return -1;
}
int ldap_unbind() {
    return 0;
}
void ldap_value_free_len() {}
}
