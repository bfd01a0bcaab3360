"""The headers that keep a browser from doing what our pages never ask for."""

from flask import Response, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # Tabler draws its arrows and ticks as data addresses
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",  # a bill's PDF inside its page
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FRAMED = POLICY | {"frame-ancestors": "'self'", "object-src": "'self'"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def add(response: Response) -> Response:
    """After each request: the headers, strict transport where we are reached by TLS, and no caching of pages."""
    framed = response.mimetype == "application/pdf"
    policy = FRAMED if framed else POLICY
    response.headers.setdefault("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items()))
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN" if framed else "DENY")
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
