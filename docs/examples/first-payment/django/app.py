"""The shop in Django, all in one file: python app.py runserver 8000."""

import json
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

settings.configure(
    DEBUG=True,  # shows errors with all their variables: on your own machine only
    SECRET_KEY="only-for-the-error-pages",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
)

import shop  # noqa: E402


def said(status, content):
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


@csrf_exempt
@require_POST
def buy(request):
    asked = json.loads(request.body)
    return said(*shop.buy(buyer=asked["buyer"], openid=asked["openid"], click=asked["click"]))


def look(request, order):
    return said(*shop.look(order))


@csrf_exempt  # WeChat Pay has no token of ours; its signature is what counts
@require_POST
def notified(request):
    ack = shop.notified(request.headers, request.body)
    return HttpResponse(ack.body, status=ack.status, headers=dict(ack.headers))


urlpatterns = [path("orders", buy), path("orders/<str:order>", look), path("wechatpay/notify", notified)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
